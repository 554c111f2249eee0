package io.quantfleet.quantizer.technique;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Outlier channels of what a norm makes go to the matrices that read it, and the function stays. */
class SmoothQuantTest {
    private static final int WIDTH = 16;
    private static final int OUTLIER = 5;
    private static final GaussianSamples SAMPLES = new GaussianSamples(16, 4 * WIDTH);

    private static float[] scale() {
        float[] scale = new float[WIDTH];
        Arrays.fill(scale, 1);
        scale[OUTLIER] = 12;
        return scale;
    }

    private static TinyModel start() {
        return TinyModel.opset(17)
                .input("x", -1, 4, WIDTH)
                .output("y", -1, 4, WIDTH)
                .floats("scale", new long[] {WIDTH}, scale())
                .weights("shift", 0.1, WIDTH)
                .weights("w1", 0.2, WIDTH, WIDTH)
                .weights("w2", 0.2, WIDTH, WIDTH);
    }

    private static TinyModel normed(TinyModel model) {
        return model.node("LayerNormalization", List.of("x", "scale", "shift"), "n", Attribute.of("axis", -1));
    }

    // As exporters wrote it before opset 17.
    private static TinyModel spelledOut(TinyModel model) {
        return model.floats("small", new long[] {}, 1e-5f)
                .floats("two", new long[] {}, 2)
                .node("ReduceMean", List.of("x"), "mean", Attribute.ints("axes", -1))
                .node("Sub", List.of("x", "mean"), "centred")
                .node("Pow", List.of("centred", "two"), "squares")
                .node("ReduceMean", List.of("squares"), "variance", Attribute.ints("axes", -1))
                .node("Add", List.of("variance", "small"), "more")
                .node("Sqrt", List.of("more"), "deviation")
                .node("Div", List.of("centred", "deviation"), "normal")
                .node("Mul", List.of("normal", "scale"), "scaled")
                .node("Add", List.of("scaled", "shift"), "n");
    }

    private static TinyModel read(TinyModel model) {
        return model.node("MatMul", List.of("n", "w1"), "a")
                .node("MatMul", List.of("n", "w2"), "b")
                .node("Add", List.of("a", "b"), "y");
    }

    private static double spread(PreparedModel model, String tensor) {
        float[] values = Outputs.of(model.model(), SAMPLES, tensor);
        double[] greatest = new double[WIDTH];
        IntStream.range(0, values.length)
                .forEach(i -> greatest[i % WIDTH] = Math.max(greatest[i % WIDTH], Math.abs(values[i])));
        double[] sorted = Arrays.stream(greatest).sorted().toArray();
        return sorted[WIDTH - 1] / sorted[WIDTH / 2];
    }

    private static Treatment treated(TinyModel model, boolean withResiduals) {
        PreparedModel before = Outputs.prepared(model, SAMPLES);
        Treatment after = SmoothQuant.apply(before, 0.7, withResiduals, SAMPLES, 1);
        assertThat(Outputs.largestDifference(
                        Outputs.of(before.model(), SAMPLES),
                        Outputs.of(after.model().model(), SAMPLES)))
                .isLessThan(1e-3);
        return after;
    }

    private static void assertSmoothed(UnaryOperator<TinyModel> norm) {
        TinyModel model = read(norm.apply(start()));
        assertThat(spread(Outputs.prepared(model, SAMPLES), "n")).isGreaterThan(8);

        Treatment after = treated(model, false);

        assertThat(spread(after.model(), "n")).isLessThan(4);
        assertThat(after.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.technique()).isEqualTo("smooth-quant");
            assertThat(finding.text()).contains("channel " + OUTLIER, "2 matrices");
        });
    }

    @Test
    void theOutlierOfALayerNormIsShared() {
        assertSmoothed(SmoothQuantTest::normed);
    }

    @Test
    void aLayerNormThatIsSpelledOutIsTreatedAlike() {
        assertSmoothed(SmoothQuantTest::spelledOut);
    }

    @Test
    void whatAResidualReadsIsLeftAloneUnlessItIsAskedFor() {
        TinyModel model =
                normed(start()).node("MatMul", List.of("n", "w1"), "a").node("Add", List.of("a", "n"), "y");

        assertThat(treated(model, false).didSomething()).isFalse();

        Treatment after = treated(model, true);
        assertThat(spread(after.model(), "n")).isLessThan(4);
        assertThat(after.model().model().graph().nodes())
                .extracting(Node::operator)
                .contains("Mul");
    }

    @Test
    void channelsThatAreAlikeStayAsTheyAre() {
        float[] alike = new float[WIDTH];
        Arrays.fill(alike, 1);
        float[] unit = new float[WIDTH * WIDTH];
        IntStream.range(0, WIDTH).forEach(i -> unit[i * WIDTH + i] = 1);
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 4, WIDTH)
                .output("y", -1, 4, WIDTH)
                .floats("scale", new long[] {WIDTH}, alike)
                .floats("w", new long[] {WIDTH, WIDTH}, unit)
                .node("LayerNormalization", List.of("x", "scale"), "n", Attribute.of("axis", -1))
                .node("MatMul", List.of("n", "w"), "y");

        assertThat(treated(model, true).didSomething()).isFalse();
    }

    @Test
    void aModelWithoutNormsHasNothingToTreat() {
        TinyModel model = start().node("MatMul", List.of("x", "w1"), "y");

        assertThat(treated(model, true).didSomething()).isFalse();
        assertThat(SmoothQuant.hasResiduals(Outputs.prepared(model, SAMPLES))).isFalse();
    }
}
