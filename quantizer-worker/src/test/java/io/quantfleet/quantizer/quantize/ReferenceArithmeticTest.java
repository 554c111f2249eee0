package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.quantize.OperatorQuantizationTest.Between;
import io.quantfleet.quantizer.reference.PlainRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What ONNX Runtime's kernels compute on our integers is what the integers say: the same graph, run in doubles by the
 * specification of its operators. Kernels scale in floats, so that what lies in the middle between two integers may go to
 * either; two steps of the output are what that may come to behind three layers.
 */
class ReferenceArithmeticTest {
    private static final int SAMPLES = 6;

    static Stream<Arguments> operators() {
        return OperatorQuantizationTest.cases().flatMap(between -> Stream.of("rpi-cpu", "phone-npu", "gpu", "x86-avx2")
                .map(deviceClass -> Arguments.of(between, deviceClass)));
    }

    @ParameterizedTest(name = "{0} for {1}")
    @MethodSource("operators")
    void everyOperatorComputesWhatItsIntegersSay(Between between, String deviceClass) {
        check(OperatorQuantizationTest.model(between), deviceClass, new int[] {1, 4, 6, 6}, 2);
    }

    static Stream<Arguments> seeds() {
        return Stream.of(2L, 3L, 6L, 15L, 16L, 19L, 21L, 22L, 23L, 24L, 25L, 26L, 32L, 33L, 34L)
                .map(seed -> Arguments.of(
                        seed, List.of("rpi-cpu", "phone-npu", "gpu", "x86-avx2").get((int) (seed % 4))));
    }

    @ParameterizedTest(name = "seed {0} for {1}")
    @MethodSource("seeds")
    void convolutionsOfAnyShapeComputeWhatTheirIntegersSay(long seed, String deviceClass) {
        Random random = new Random(seed);
        int groups = 1 << random.nextInt(3);
        int from = groups * (1 + random.nextInt(3));
        int to = groups * (1 + random.nextInt(3));
        int size = 5 + random.nextInt(4);
        int kernel = 1 + random.nextInt(3);
        long stride = 1L + random.nextInt(2);
        long dilation = kernel == 1 ? 1 : 1L + random.nextInt(2);
        long pad = random.nextInt(kernel);
        // From denormal scales to huge ones.
        double deviation = Math.pow(10, random.nextInt(9) - 4);
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, from, size, size)
                .output("y", -1, to, -1, -1)
                .weights("w", deviation, to, from / groups, kernel, kernel)
                .weights("b", deviation * random.nextInt(3), to)
                .node(
                        "Conv",
                        List.of("x", "w", "b"),
                        "c",
                        Attribute.ints("strides", stride, stride),
                        Attribute.ints("dilations", dilation, dilation),
                        Attribute.ints("pads", pad, pad, pad, pad),
                        Attribute.of("group", groups));
        model.node("Relu", List.of("c"), "y");
        check(model, deviceClass, new int[] {1, from, size, size}, 1);
    }

    private static void check(TinyModel model, String deviceClass, int[] shape, int steps) {
        int elements = shape[1] * shape[2] * shape[3];
        GaussianSamples samples = new GaussianSamples(SAMPLES, elements);
        QuantizedModel variant = Quantized.of(model, samples, deviceClass);
        float[] actual = Quantized.run(variant.model(), samples);
        double[] expected = new double[actual.length];
        int each = actual.length / SAMPLES;
        for (int i = 0; i < SAMPLES; i++) {
            double[] one = PlainRuntime.run(variant.model(), "x", shape, sample(samples, i), "y");
            System.arraycopy(one, 0, expected, i * each, each);
        }
        double step = span(expected) / 255;
        int off = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs(actual[i] - expected[i]) / step;
            assertThat(difference).as("element " + i).isLessThan(steps + 0.1);
            off += difference > 0.5 ? 1 : 0;
        }
        assertThat((double) off / actual.length)
                .as("share of elements that are off")
                .isLessThan(0.1);
    }

    private static double span(double[] values) {
        double low = 0;
        double high = 0;
        for (double value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        return high - low;
    }

    private static float[] sample(GaussianSamples samples, int index) {
        ByteBuffer bytes = ByteBuffer.allocate(samples.elements() * Float.BYTES).order(ByteOrder.nativeOrder());
        samples.fill(index, "x", bytes);
        float[] values = new float[samples.elements()];
        bytes.flip().asFloatBuffer().get(values);
        return values;
    }
}
