package io.quantfleet.quantizer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.TensorSpec;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptionCheckTest {
    private static final TensorSpec IMAGE = floats("image", -1, 3, 6, 8);
    private static final TensorSpec SCORES = floats("scores", -1, 2);

    private static TensorSpec floats(String name, long... shape) {
        return new TensorSpec(
                name,
                ElementType.FLOAT32,
                java.util.Arrays.stream(shape).boxed().toList());
    }

    private static void check(TensorSpec input, TensorSpec output) {
        DescriptionCheck.check(Descriptions.pets(), List.of(input), List.of(output));
    }

    @Test
    void acceptsTheDescribedShapesAndOpenDimensions() {
        assertThatCode(() -> check(IMAGE, SCORES)).doesNotThrowAnyException();
        assertThatCode(() -> check(floats("image", 1, 3, 6, 8), floats("scores", 1, 2)))
                .doesNotThrowAnyException();
        assertThatCode(() -> check(floats("image", -1, -1, -1, -1), floats("scores", -1, -1)))
                .doesNotThrowAnyException();
    }

    @Test
    void namesTheInputAndTheShape() {
        assertThatThrownBy(() -> check(floats("image", -1, 3, 32, 32), SCORES))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.DESCRIPTION_MISMATCH))
                .hasMessage("the description of pets does not fit pets.onnx: "
                        + "input 'image' is [?, 3, 6, 8] in the description but [?, 3, 32, 32] in the graph");
    }

    @Test
    void suspectsTheLayoutWhereChannelsAreAtTheOtherEnd() {
        assertThatThrownBy(() -> check(floats("image", -1, 6, 8, 3), SCORES))
                .hasMessageEndingWith("but [?, 6, 8, 3] in the graph; is the layout the other one?");
    }

    @Test
    void namesAnInputThatOneSideLacks() {
        assertThatThrownBy(() -> check(floats("pixels", -1, 3, 6, 8), SCORES))
                .hasMessageContaining("the graph has no input 'image', only 'pixels'")
                .hasMessageContaining("the graph's input 'pixels' [?, 3, 6, 8] is not described; add it to inputs");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  - name: past_key_values.0.key\n    kind: tensor\n    type: float32\n    shape: [batch, 2, 4, 8]\n"
            })
    void refusesALanguageModelWithACacheWhetherItIsDescribedOrNot(String described) {
        ModelDescription model = ModelDescription.parse(
                RandomLlama.description("tiny", new LlamaShape(50, 64, 2, 4, 2, 96, 12))
                        .replace("output: logits", described + "output: logits"),
                "tiny.model.yaml");
        TensorSpec tokens = new TensorSpec(RandomLlama.INPUT, ElementType.INT64, List.of(-1L, 12L));
        assertThatThrownBy(() -> DescriptionCheck.check(
                        model,
                        List.of(tokens, floats("past_key_values.0.key", -1, 2, 4, 8)),
                        List.of(floats(RandomLlama.OUTPUT, -1, 12, 50))))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.DESCRIPTION_MISMATCH))
                .hasMessage("the description of tiny does not fit tiny.onnx: the graph's input 'past_key_values.0.key'"
                        + " [?, 2, 4, 8] takes the keys and values of earlier tokens, and such a model can't be judged"
                        + " token by token: export it without that cache (use_cache=False)");
    }

    @Test
    void namesAWrongType() {
        TensorSpec bytes = new TensorSpec("image", ElementType.UINT8, IMAGE.shape());

        assertThatThrownBy(() -> check(bytes, SCORES))
                .hasMessageContaining("input 'image' is FLOAT32 in the description but UINT8 in the graph");
    }

    @Test
    void namesAnOutputThatIsMissingOrOfAnotherSize() {
        assertThatThrownBy(() -> check(IMAGE, floats("logits", -1, 2)))
                .hasMessageContaining("the graph has no output 'scores', only 'logits'");
        assertThatThrownBy(() -> check(IMAGE, floats("scores", -1, 10)))
                .hasMessageContaining("output 'scores' is [?, 10] in the graph, but there are 2 labels: "
                        + "it must hold one score per label");
    }
}
