package io.quantfleet.quantizer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.ElementType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelDescriptionTest {

    @Test
    void readsAnImageModel() {
        ModelDescription model = Descriptions.pets();

        assertThat(model.name()).isEqualTo("pets");
        assertThat(model.onnx()).isEqualTo("pets.onnx");
        assertThat(model.output()).isEqualTo("scores");
        assertThat(model.labels()).containsExactly("cat", "dog");
        assertThat(model.image())
                .contains(new ImageInput(
                        "image",
                        ImageInput.Layout.NCHW,
                        ImageInput.Channels.RGB,
                        6,
                        8,
                        ImageResize.DEFAULT,
                        0.00392156862745098,
                        List.of(0.5, 0.25, 0.125),
                        List.of(0.5, 1.0, 2.0)));
        assertThat(model.inputs().get(0).sampleShape()).containsExactly(3, 6, 8);
    }

    @Test
    void readsATensorModel() {
        ModelDescription model = Descriptions.sentences();

        assertThat(model.image()).isEmpty();
        assertThat(model.inputs())
                .containsExactly(
                        new TensorInput("ids", ElementType.INT64, List.of(3)),
                        new TensorInput("weights", ElementType.FLOAT32, List.of(2, 2)));
    }

    @Test
    void fillsInWhatIsLeftOut() {
        String yaml = Descriptions.PETS
                .replace("    scale: 0.00392156862745098\n", "")
                .replace("    mean: [0.5, 0.25, 0.125]\n", "")
                .replace("    std: [0.5, 1, 2]\n", "    resize: {shorterSide: 12}\n")
                .replace("RGB", "GRAY");

        ImageInput image =
                ModelDescription.parse(yaml, "pets.model.yaml").image().orElseThrow();

        assertThat(image.scale()).isEqualTo(1.0 / 255);
        assertThat(image.mean()).containsExactly(0.0);
        assertThat(image.std()).containsExactly(1.0);
        assertThat(image.resize()).isEqualTo(new ImageResize(ImageResize.Mode.CROP, OptionalInt.of(12)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name: pets            | name: ../pets           | name: does not match the regex pattern ^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$. The model's name: letters
            task: classification  | task: detection         | task: does not have a value in the enumeration ["classification", "language-model"]. What the model does: classification gives one score per label
            task: classification  |                         | task: is missing. What the model does:
            onnx: pets.onnx       | onnx: ../pets.onnx      | onnx: does not match the regex pattern
            size: [6, 8]          | size: [6]               | inputs[0].size: must have at least 2 items but found 1. [height, width] in pixels, for example [224, 224].
            size: [6, 8]          | size: [6, 0]            | inputs[0].size[1]: must have a minimum value of 1. Pixels, from 1 to 16384.
            size: [6, 8]          | size: 8                 | inputs[0].size: integer found, array expected. [height, width] in pixels
            size: [6, 8]          | sise: [6, 8]            | inputs[0].sise: is not known here. Known are name, kind, layout, channels, size, resize, scale, mean, std
            size: [6, 8]          | sise: [6, 8]            | inputs[0].size: is missing. [height, width] in pixels
            layout: NCHW          | layout: CHWN            | inputs[0].layout: does not have a value in the enumeration ["NCHW", "NHWC"]
            kind: image           | kind: picture           | inputs[0].kind: does not have a value in the enumeration ["image", "tensor"]. image: made from JPEG and PNG files; tensor: read
            mean: [0.5, 0.25, 0.125] | mean: [0.5]          | inputs[0].mean: has 1 numbers, but channels RGB needs 3
            std: [0.5, 1, 2]      | std: [0.5, 0, 2]        | inputs[0].std[1]: must have an exclusive minimum value of 0. A number above zero.
            std: [0.5, 1, 2]      | resize: {shorterSide: 7} | inputs[0].resize.shorterSide: 7 does not cover the input's size [6,8]; give at least 8
            std: [0.5, 1, 2]      | resize: {mode: stretch, shorterSide: 9} | inputs[0].resize.shorterSide: means nothing with mode stretch; remove one of them
            labels: [cat, dog]    | labels: [cat]           | labels: must have at least 2 items but found 1. At least two different names
            labels: [cat, dog]    | labels: [cat, cat]      | labels: must have only unique items in the array
            labels: [cat, dog]    | labels: [cat, 7]        | labels[1]: integer found, string expected. A label is text
            labels: [cat, dog]    | labels: [cat, ../dog]   | labels[1]: does not match the regex pattern
            labels: [cat, dog]    | labels: {cat: 1}        | labels: object found, array expected
            """)
    void namesThePathAndTheRemedy(String good, String bad, String message) {
        String yaml = Descriptions.PETS.replace(good, bad == null ? "" : bad);

        assertThatThrownBy(() -> ModelDescription.parse(yaml, "pets.model.yaml"))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.DESCRIPTION_INVALID))
                .hasMessageStartingWith("pets.model.yaml: ")
                .hasMessageContaining(message);
    }

    @Test
    void reportsEveryFaultAtOnce() {
        String yaml = Descriptions.PETS.replace("output: scores\n", "").replace("size: [6, 8]", "size: [6]");

        assertThatThrownBy(() -> ModelDescription.parse(yaml, "pets.model.yaml"))
                .hasMessageContaining("output: is missing")
                .hasMessageContaining("inputs[0].size: must have at least 2 items");
    }

    @Test
    void refusesAnImageBesideOtherInputs() {
        String yaml = Descriptions.PETS.replace(
                "output:", "  - {name: extra, kind: tensor, type: float32, shape: [batch, 1]}\noutput:");

        assertThatThrownBy(() -> ModelDescription.parse(yaml, "pets.model.yaml"))
                .hasMessage("pets.model.yaml: inputs[0].kind: a model with an image input can't have other inputs");
    }

    @Test
    void refusesAnInputThatIsThereTwice() {
        String yaml = Descriptions.SENTENCES.replace("name: weights", "name: ids");

        assertThatThrownBy(() -> ModelDescription.parse(yaml, "s.yaml"))
                .hasMessage("s.yaml: inputs[1].name: 'ids' is there twice; give each input once");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'name: [unclosed' | bad.yaml: line 1 is not valid YAML
            ''                | bad.yaml: is an empty file; it must consist of 'key: value' lines
            'just words'      | bad.yaml: is a mere string; it must
            'name: a, name: b' | bad.yaml: line 1 is not valid YAML
            """)
    void refusesWhatIsNoDescription(String yaml, String message) {
        assertThatThrownBy(() -> ModelDescription.parse(yaml, "bad.yaml"))
                .isInstanceOf(QuantizerException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesAKeyThatIsThereTwice() {
        assertThatThrownBy(() -> ModelDescription.parse(Descriptions.PETS + "output: other\n", "pets.model.yaml"))
                .hasMessageContaining("is not valid YAML: Duplicate field 'output'");
    }

    @Test
    void refusesAFileThatIsNoText(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("model.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});

        assertThatThrownBy(() -> ModelDescription.read(file))
                .hasMessage("model.yaml: not a text file in UTF-8; is it the YAML file?");
        assertThatThrownBy(() -> ModelDescription.read(folder.resolve("none.yaml")))
                .hasMessageEndingWith("none.yaml: there is no such file");
    }
}
