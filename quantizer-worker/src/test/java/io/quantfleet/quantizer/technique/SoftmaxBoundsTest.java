package io.quantfleet.quantizer.technique;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** However a mask comes to a Softmax, what no one can see of it goes. */
class SoftmaxBoundsTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(16, 4 * 6);
    private static final long FLOAT = 1;

    // Scores of 4 by 4, from two matrices of 4 by 6.
    private static TinyModel attention() {
        return TinyModel.opset(17)
                .input("x", -1, 4, 6)
                .output("y", -1, 4, 4)
                .weights("w", 0.5, 6, 6)
                .floats("great", new long[] {}, -10000)
                .floats("half", new long[] {}, 0.5f)
                .node("MatMul", List.of("x", "w"), "q")
                .node("Transpose", List.of("x"), "t", Attribute.ints("perm", 0, 2, 1))
                .node("MatMul", List.of("q", "t"), "scores");
    }

    // One truth value for each place of a row: whether its first feature lies above a half.
    private static TinyModel withTruths() {
        return attention()
                .longs("start", new long[] {1}, 0)
                .longs("end", new long[] {1}, 1)
                .longs("axis", new long[] {1}, 2)
                .node("Slice", List.of("x", "start", "end", "axis"), "column")
                .node("Transpose", List.of("column"), "row", Attribute.ints("perm", 0, 2, 1))
                .node("Greater", List.of("row", "half"), "hidden");
    }

    private static void assertTreated(TinyModel model) {
        PreparedModel before = Outputs.prepared(model, SAMPLES);

        Treatment after = SoftmaxBounds.apply(before, SAMPLES, 1);

        assertThat(after.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.technique()).isEqualTo("softmax-bounds");
            assertThat(finding.text()).contains("-1.000e+04");
        });
        String input = after.model().model().graph().nodes().stream()
                .filter(node -> node.is("Softmax"))
                .findFirst()
                .orElseThrow()
                .inputs()
                .get(0);
        assertThat(least(after.model(), input)).isGreaterThan(-100);
        assertThat(Outputs.largestDifference(
                        Outputs.of(before.model(), SAMPLES),
                        Outputs.of(after.model().model(), SAMPLES)))
                .isLessThan(1e-3);
    }

    private static double least(PreparedModel model, String tensor) {
        float[] values = Outputs.of(model.model(), SAMPLES, tensor);
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .min()
                .orElseThrow();
    }

    @Test
    void aTruthValueTimesAConstant() {
        assertTreated(withTruths()
                .node("Cast", List.of("hidden"), "truth", Attribute.of("to", FLOAT))
                .node("Mul", List.of("truth", "great"), "mask")
                .node("Add", List.of("scores", "mask"), "masked")
                .node("Softmax", List.of("masked"), "y", Attribute.of("axis", -1)));
    }

    @Test
    void aChoiceBetweenScoreAndConstant() {
        assertTreated(withTruths()
                .node("Where", List.of("hidden", "great", "scores"), "masked")
                .node("Softmax", List.of("masked"), "y", Attribute.of("axis", -1)));
    }

    @Test
    void aStoredMask() {
        float[] causal = new float[16];
        for (int i = 0; i < 16; i++) {
            causal[i] = i % 4 > i / 4 ? -10000 : 0;
        }
        assertTreated(attention()
                .floats("causal", new long[] {4, 4}, causal)
                .node("Add", List.of("causal", "scores"), "masked")
                .node("Softmax", List.of("masked"), "y", Attribute.of("axis", -1)));
    }

    @Test
    void aMaskThatIsComputedFromFloats() {
        assertTreated(withTruths()
                .floats("one", new long[] {}, 1)
                .node("Not", List.of("hidden"), "seen")
                .node("Cast", List.of("seen"), "shown", Attribute.of("to", FLOAT))
                .node("Sub", List.of("one", "shown"), "truth")
                .node("Mul", List.of("truth", "great"), "mask")
                .node("Add", List.of("scores", "mask"), "masked")
                .node("Softmax", List.of("masked"), "y", Attribute.of("axis", -1)));
    }

    @Test
    void aSoftmaxWithoutMaskIsLeftAlone() {
        TinyModel model = attention().node("Softmax", List.of("scores"), "y", Attribute.of("axis", -1));

        assertThat(SoftmaxBounds.apply(Outputs.prepared(model, SAMPLES), SAMPLES, 1)
                        .didSomething())
                .isFalse();
    }
}
