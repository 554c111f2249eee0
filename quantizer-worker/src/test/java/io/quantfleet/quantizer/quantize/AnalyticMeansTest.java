package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.CalibrationRequest.ChannelAxis;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.ChannelMeans;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.ChannelNormal;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnalyticMeansTest {
    private static final int CHANNELS = 4;
    private static final int OUT = 5;
    private static final int SIZE = 6;

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, Infinity",
        "-2, 1, 0, Infinity",
        "3, 0.5, 0, Infinity",
        "0.3, 2, 0, 6",
        "5, 4, 0, 6",
        "-40, 3, 0, 6",
        "1, 2, -Infinity, Infinity",
        "2, 1, -Infinity, 1.5",
        "0.5, 0, 0, 6",
        "-0.5, 0, 0, 6"
    })
    void theMeanOfAClippedNormalIsWhatDrawingFromItGives(double mean, double deviation, double low, double high) {
        Random random = new Random(5);
        int draws = 400_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < draws; i++) {
            double value = Math.max(low, Math.min(high, mean + deviation * random.nextGaussian()));
            sum += value;
            squares += value * value;
        }
        double drawn = sum / draws;
        double error = Math.sqrt(Math.max(0, squares / draws - drawn * drawn) / draws);
        assertThat(new ClippedNormal(new ChannelNormal(mean, deviation), low, high).mean())
                .isCloseTo(drawn, within(4 * error + 1e-12));
    }

    @Test
    void theDistributionIsThatOfTheTables() {
        assertThat(ClippedNormal.distribution(0)).isEqualTo(0.5);
        assertThat(ClippedNormal.distribution(1.96)).isCloseTo(0.9750021048517795, within(1e-14));
        assertThat(ClippedNormal.distribution(-3)).isCloseTo(1.3498980316300946e-3, within(1e-15));
        assertThat(ClippedNormal.distribution(-6)).isCloseTo(9.865876450376946e-10, within(1e-22));
        assertThat(ClippedNormal.distribution(-20)).isCloseTo(2.753624118606233e-89, within(1e-100));
        assertThat(ClippedNormal.distribution(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(ClippedNormal.distribution(Double.POSITIVE_INFINITY)).isEqualTo(1);
        for (double x = -8; x <= 8; x += 0.01) {
            assertThat(ClippedNormal.distribution(x) + ClippedNormal.distribution(-x))
                    .isCloseTo(1, within(1e-14));
            assertThat(ClippedNormal.distribution(x + 0.01)).isGreaterThanOrEqualTo(ClippedNormal.distribution(x));
        }
    }

    /** A network whose BatchNorm has exactly the statistics that normal inputs give it. */
    private static TinyModel model(String activation, double shift) {
        Random random = new Random(9);
        float[] w = new float[OUT * CHANNELS];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) random.nextGaussian();
        }
        float[] variance = new float[OUT];
        float[] gain = new float[OUT];
        float[] beta = new float[OUT];
        for (int i = 0; i < w.length; i++) {
            variance[i / CHANNELS] += w[i] * w[i];
        }
        for (int c = 0; c < OUT; c++) {
            gain[c] = (c % 2 == 0 ? 1 : -1) * (0.5f + c);
            beta[c] = (float) shift - 2 + c;
        }
        return TinyModel.opset(17)
                .input("x", -1, CHANNELS, SIZE, SIZE)
                .output("y", -1, 3)
                .floats("w", new long[] {OUT, CHANNELS, 1, 1}, w)
                .weights("w2", 1, 3, OUT, 3, 3)
                .weights("w3", 1, 3, 3)
                .floats("six", new long[] {}, 6)
                .floats("zero", new long[] {}, 0)
                .floats("gain", new long[] {OUT}, gain)
                .floats("beta", new long[] {OUT}, beta)
                .floats("mean", new long[] {OUT}, new float[OUT])
                .floats("variance", new long[] {OUT}, variance)
                .node("Conv", List.of("x", "w"), "c")
                .node("BatchNormalization", List.of("c", "gain", "beta", "mean", "variance"), "n")
                .node(activation, activation.equals("Clip") ? List.of("n", "zero", "six") : List.of("n"), "a")
                .node("Conv", List.of("a", "w2"), "d", Attribute.ints("pads", 1, 1, 1, 1))
                .node("GlobalAveragePool", List.of("d"), "g")
                .node("Flatten", List.of("g"), "f")
                .node("MatMul", List.of("f", "w3"), "y");
    }

    @ParameterizedTest
    @CsvSource({"Relu, 0", "Clip, 1", "Relu, 3"})
    void theyAreThoseOfSamplesWhereThePremisesHold(String activation, double shift) {
        GaussianSamples samples = new GaussianSamples(400, CHANNELS * SIZE * SIZE);
        PreparedModel prepared =
                PreparedModel.of(OnnxModel.of(model(activation, shift).proto()), samples, Map.of(), false);
        Map<String, ChannelMeans> analytic = AnalyticMeans.of(prepared);
        Calibration calibration = new Calibration(new Calibrator(1, 8), prepared, samples, ProgressListener.NONE);
        assertThat(analytic).containsKey("a");
        ChannelMeans sampled =
                calibration.means(Map.of("a", new ChannelAxis(1, 4))).get("a");
        int values = 400 * SIZE * SIZE;
        for (int c = 0; c < OUT; c++) {
            assertThat(analytic.get("a").mean(c)).isCloseTo(sampled.mean(c), within(4 * (0.5 + c) / Math.sqrt(values)));
        }
    }

    @Test
    void areForgottenOfLayersThatWereRewritten() {
        GaussianSamples samples = new GaussianSamples(4, CHANNELS * SIZE * SIZE);
        PreparedModel prepared = PreparedModel.of(OnnxModel.of(model("Relu", 0).proto()), samples, Map.of(), false);
        var graph = prepared.model().graph();
        var layer = graph.producer("n").orElseThrow();
        var weight = graph.initializer(layer.inputs().get(1)).orElseThrow();
        assertThat(prepared.rewrittenFreely(graph, samples).statistics().of("n"))
                .isPresent();
        float[] halved = Tensors.floats(weight);
        for (int i = 0; i < halved.length; i++) {
            halved[i] /= 2;
        }
        graph.setInitializer(Tensors.ofFloats(weight.getName(), weight.getDimsList(), halved));
        assertThat(prepared.rewrittenFreely(graph, samples).statistics().of("n"))
                .isEmpty();
    }
}
