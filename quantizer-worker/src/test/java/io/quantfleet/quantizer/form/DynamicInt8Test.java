package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DynamicInt8Test {
    private static final int BATCH = 5;

    private static Stream<DynamicOptions> options() {
        return Stream.of(
                DynamicOptions.usual(),
                new DynamicOptions(IntegerType.INT8, false, true, Set.of()),
                new DynamicOptions(IntegerType.INT8, true, true, Set.of()),
                new DynamicOptions(IntegerType.UINT8, false, true, Set.of()));
    }

    /** What DynamicQuantizeLinear's specification says of a whole batch. */
    private static double[] roundedAtRunTime(float[] x) {
        double low = 0;
        double high = 0;
        for (float value : x) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        double scale = (high - low) / 255;
        double zero = Math.rint(Math.max(0, Math.min(255, -low / scale)));
        double[] rounded = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            rounded[i] = (Math.max(0, Math.min(255, Math.rint(x[i] / scale) + zero)) - zero) * scale;
        }
        return rounded;
    }

    private static double stored(ByteWeights weights, int i, int channel, boolean signed) {
        int integer = signed ? weights.integers()[i] : weights.integers()[i] & 0xff;
        return (integer - weights.zeroPoint()) * (double) weights.scales()[weights.scales().length == 1 ? 0 : channel];
    }

    @ParameterizedTest
    @MethodSource("options")
    void aProductComputesWhatItsIntegersSay(DynamicOptions options) {
        int rows = 24;
        int columns = 6;
        GaussianSamples samples = new GaussianSamples(BATCH, rows);
        PreparedModel prepared = FormRun.prepared(
                TinyModel.opset(17)
                        .input("x", -1, rows)
                        .output("y", -1, columns)
                        .weights("w", 0.5, columns, rows)
                        .weights("b", 0.5, columns)
                        .node("Gemm", List.of("x", "w", "b"), "y", Attribute.of("transB", 1)),
                samples);
        float[] w = Tensors.floats(prepared.model().graph().initializer("w").orElseThrow());
        float[] b = Tensors.floats(prepared.model().graph().initializer("b").orElseThrow());
        int channels = options.perChannel() ? columns : 1;
        ByteWeights weights = ByteWeights.of(w, options.weights(), channels, channels == 1 ? w.length : rows);
        double[] x = roundedAtRunTime(FormRun.inputs(samples));
        double[] expected = new double[BATCH * columns];
        for (int i = 0; i < expected.length; i++) {
            int n = i % columns;
            expected[i] = b[n];
            for (int k = 0; k < rows; k++) {
                double weight =
                        stored(weights, n * rows + k, n, options.weights().signed());
                expected[i] += x[i / columns * rows + k] * weight;
            }
        }
        QuantizedModel variant = DynamicInt8.quantize(prepared, options);
        assertThat(variant.method()).isEqualTo(options.method());
        assertThat(FormRun.difference(expected, FormRun.run(variant.model(), samples)))
                .isLessThan(1e-5);
    }

    @ParameterizedTest
    @MethodSource("options")
    void aConvolutionComputesWhatItsIntegersSay(DynamicOptions options) {
        int size = 5;
        int from = 4;
        int to = 6;
        GaussianSamples samples = new GaussianSamples(BATCH, from * size * size);
        PreparedModel prepared = FormRun.prepared(
                TinyModel.opset(17)
                        .input("x", -1, from, size, size)
                        .output("y", -1, to, size, size)
                        .weights("w", 0.5, to, from / 2, 3, 3)
                        .weights("b", 0.5, to)
                        .weights("w2", 0.5, size, size)
                        .node(
                                "Conv",
                                List.of("x", "w", "b"),
                                "c",
                                Attribute.ints("pads", 1, 1, 1, 1),
                                Attribute.of("group", 2))
                        .node("MatMul", List.of("c", "w2"), "y"),
                samples);
        QuantizedModel variant = DynamicInt8.quantize(prepared, options);
        if (!options.convolutions()) {
            assertThat(variant.leftFloat()).extracting(FloatLayer::operator).containsExactly("Conv");
            return;
        }
        float[] w = Tensors.floats(prepared.model().graph().initializer("w").orElseThrow());
        float[] b = Tensors.floats(prepared.model().graph().initializer("b").orElseThrow());
        int channels = options.perChannel() ? to : 1;
        ByteWeights weights = ByteWeights.of(w, options.weights(), channels, w.length / channels);
        double[] x = roundedAtRunTime(FormRun.inputs(samples));
        double[] expected = new double[BATCH * to * size * size];
        for (int i = 0; i < expected.length; i++) {
            int column = i % size;
            int row = i / size % size;
            int out = i / size / size % to;
            int sample = i / size / size / to;
            expected[i] = b[out];
            for (int tap = 0; tap < from / 2 * 9; tap++) {
                int in = out / (to / 2) * (from / 2) + tap / 9;
                int r = row + tap / 3 % 3 - 1;
                int c = column + tap % 3 - 1;
                if (r >= 0 && c >= 0 && r < size && c < size) {
                    double weight = stored(
                            weights,
                            out * (from / 2) * 9 + tap,
                            out,
                            options.weights().signed());
                    expected[i] += x[((sample * from + in) * size + r) * size + c] * weight;
                }
            }
        }
        float[] actual = FormRun.run(variant.model().withOutputs(List.of("c")), samples);
        assertThat(FormRun.difference(expected, actual)).isLessThan(1e-5);
        assertThat(variant.quantizedNodes()).hasSize(2);
    }
}
