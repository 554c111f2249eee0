package io.quantfleet.quantizer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.CalibrationRequest.ChannelAxis;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.target.IntegerType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibratorTest {
    private static final int WIDTH = 5;

    private static OnnxModel model(long batch) {
        return OnnxModel.of(TinyModel.opset(17)
                .input("x", batch, WIDTH)
                .output("y", batch, WIDTH)
                .floats("three", new long[] {}, 3)
                .node("Mul", List.of("x", "three"), "m")
                .node("Relu", List.of("m"), "y")
                .proto());
    }

    private static CalibrationRequest request(String... tensors) {
        return CalibrationRequest.ranges(Set.of(tensors));
    }

    private static Map<String, Range> ranges(
            Calibrator calibrator, OnnxModel model, SampleSource samples, String... tensors) {
        CalibrationStatistics seen = calibrator.collect(model, request(tensors), samples, ProgressListener.NONE);
        return seen.tensors().stream().collect(Collectors.toMap(tensor -> tensor, tensor -> seen.of(tensor)
                .range()));
    }

    private static Range expected(SampleSource samples) {
        ByteBuffer all =
                ByteBuffer.allocate(samples.size() * WIDTH * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < samples.size(); i++) {
            samples.fill(i, "x", all);
        }
        float[] values = new float[samples.size() * WIDTH];
        all.flip().asFloatBuffer().get(values);
        return Range.of(values);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 100})
    void findsLeastAndGreatestWhateverTheBatch(int batchSize) {
        GaussianSamples samples = new GaussianSamples(11, WIDTH);
        Map<String, Range> ranges = ranges(new Calibrator(2, batchSize), model(-1), samples, "x", "m", "y");
        Range x = expected(samples);
        assertThat(ranges)
                .containsEntry("x", x)
                .containsEntry("m", new Range(x.min() * 3, x.max() * 3))
                .containsEntry("y", new Range(0, x.max() * 3));
    }

    @Test
    void worksWithABatchThatIsFixed() {
        GaussianSamples samples = new GaussianSamples(7, WIDTH);
        Map<String, Range> ranges = ranges(new Calibrator(1, 16), model(3), samples, "x");
        assertThat(ranges).containsEntry("x", expected(samples));
    }

    @Test
    void tellsHowFarItIs() {
        List<Double> fractions = new ArrayList<>();
        new Calibrator(1, 4).collect(model(-1), request("y"), new GaussianSamples(10, WIDTH), fractions::add);
        assertThat(fractions).containsExactly(0.4, 0.8, 1.0);
    }

    @Test
    void stopsWhenItsListenerThrows() {
        ProgressListener impatient = fraction -> {
            throw new QuantizerException(ReasonCode.CANCELLED, "enough");
        };
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> new Calibrator(1, 4)
                        .collect(model(-1), request("y"), new GaussianSamples(10, WIDTH), impatient))
                .withMessage("enough");
    }

    /** Ordinary numbers, but one. */
    private record OneOdd(float odd, int at) implements SampleSource {
        @Override
        public int size() {
            return 6;
        }

        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            for (int i = 0; i < WIDTH; i++) {
                target.putFloat(sample == 4 && i == at ? odd : i - 2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void namesTheTensorThatIsNotFinite(float odd) {
        for (int at = 0; at < WIDTH; at++) {
            OneOdd samples = new OneOdd(odd, at);
            assertThatExceptionOfType(QuantizerException.class)
                    .as("at %d", at)
                    .isThrownBy(
                            () -> new Calibrator(1, 2).collect(model(-1), request("m"), samples, ProgressListener.NONE))
                    .withMessageContaining("tensor m")
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.ACTIVATION_NOT_FINITE));
        }
    }

    private static OnnxModel clipped(float high) {
        return OnnxModel.of(TinyModel.opset(17)
                .input("x", -1, 3, 8, 8)
                .output("y", -1, 4, 8, 8)
                .weights("w1", 0.5, 6, 3, 3, 3)
                .weights("w2", 0.5, 4, 6, 1, 1)
                .floats("zero", new long[] {}, 0)
                .floats("high", new long[] {}, high)
                .node("Conv", List.of("x", "w1"), "a", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Clip", List.of("a", "zero", "high"), "b")
                .node("Conv", List.of("b", "w2"), "y")
                .proto());
    }

    @ParameterizedTest
    @ValueSource(floats = {0.5f, 1000})
    void tensorsThatReachedTheirBoundsNeedNotBeWatchedToTheEnd(float high) {
        GaussianSamples samples = new GaussianSamples(70, 3 * 8 * 8);
        Set<String> tensors = Set.of("x", "b", "y");
        CalibrationStatistics ranges = new Calibrator(2, 4)
                .collect(clipped(high), CalibrationRequest.ranges(tensors), samples, ProgressListener.NONE);
        CalibrationStatistics all = new Calibrator(2, 4)
                .collect(clipped(high), CalibrationRequest.histograms(tensors), samples, ProgressListener.NONE);
        assertThat(Clips.of(clipped(high), tensors).notYetReached(ranges))
                .hasSize(high < 1 ? 2 : 3)
                .contains("x", "y");
        for (String tensor : tensors) {
            assertThat(ranges.of(tensor).range())
                    .as(tensor)
                    .isEqualTo(all.of(tensor).range());
        }
    }

    private static OnnxModel convolutions() {
        return OnnxModel.of(TinyModel.opset(17)
                .input("x", -1, 3, 8, 8)
                .output("y", -1, 4, 8, 8)
                .weights("w1", 0.5, 6, 3, 3, 3)
                .weights("w2", 0.5, 4, 6, 1, 1)
                .floats("zero", new long[] {}, 0)
                .floats("two", new long[] {}, 2)
                .node("Conv", List.of("x", "w1"), "a", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Clip", List.of("a", "zero", "two"), "b")
                .node("Conv", List.of("b", "w2"), "y")
                .proto());
    }

    private static CalibrationStatistics statistics(Calibrator calibrator, CalibrationRequest request) {
        return calibrator.collect(convolutions(), request, new GaussianSamples(13, 3 * 8 * 8), ProgressListener.NONE);
    }

    @Test
    void histogramsAndReductionsAgree() {
        Set<String> tensors = Set.of("x", "a", "b", "y");
        CalibrationStatistics reduced = statistics(new Calibrator(2, 4), CalibrationRequest.ranges(tensors));
        CalibrationStatistics counted = statistics(new Calibrator(2, 4), CalibrationRequest.histograms(tensors));
        for (String tensor : tensors) {
            assertThat(counted.of(tensor).range()).isEqualTo(reduced.of(tensor).range());
        }
        Histogram histogram = counted.of("b").histogram().orElseThrow();
        assertThat(histogram.total()).isEqualTo(13L * 6 * 8 * 8);
        assertThat(histogram.count(-1)).isZero();
        assertThat(reduced.of("b").range()).isEqualTo(new Range(0, 2));
    }

    @Test
    void neitherThreadsNorPassesChangeAnything() {
        CalibrationRequest request = CalibrationRequest.histograms(Set.of("x", "a", "b", "y"))
                .andMeans(Map.of("b", new ChannelAxis(1, 4), "y", new ChannelAxis(1, 4)));
        CalibrationStatistics one = statistics(new Calibrator(1, 2), request);
        List<Calibrator> others = List.of(new Calibrator(3, 2), new Calibrator(2, 2, 1), new Calibrator(4, 2, 5000));
        for (CalibrationStatistics other :
                others.stream().map(each -> statistics(each, request)).toList()) {
            assertThat(other.tensors()).isEqualTo(one.tensors());
            for (String tensor : one.tensors()) {
                for (RangeMethod method : List.of(Percentile.USUAL, new Entropy(), new MeanSquaredError())) {
                    assertThat(other.range(tensor, method, IntegerType.INT8, false))
                            .isEqualTo(one.range(tensor, method, IntegerType.INT8, false));
                }
            }
            assertThat(other.of("y").channelMeans().orElseThrow().mean(3))
                    .isCloseTo(one.of("y").channelMeans().orElseThrow().mean(3), within(1e-6));
        }
    }

    @Test
    void meansAreThoseOfTheChannels() {
        OnnxModel model = OnnxModel.of(TinyModel.opset(17)
                .input("x", -1, 2, 2)
                .output("y", -1, 2, 2)
                .node("Relu", List.of("x"), "y")
                .proto());
        SampleSource samples = new Counting(5);
        CalibrationStatistics seen = new Calibrator(2, 2)
                .collect(
                        model,
                        CalibrationRequest.means(Map.of("x", new ChannelAxis(1, 3), "y", new ChannelAxis(2, 3))),
                        samples,
                        ProgressListener.NONE);
        // Sample i is {{4i, 4i + 1}, {4i + 2, 4i + 3}}, i from 0 to 4.
        assertThat(seen.of("x").channelMeans().orElseThrow().mean(0)).isEqualTo(8.5);
        assertThat(seen.of("x").channelMeans().orElseThrow().mean(1)).isEqualTo(10.5);
        assertThat(seen.of("y").channelMeans().orElseThrow().mean(0)).isEqualTo(9);
        assertThat(seen.of("y").channelMeans().orElseThrow().channels()).isEqualTo(2);
    }

    /** 0, 1, 2 and so on, four a sample. */
    private record Counting(int size) implements SampleSource {
        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            for (int i = 0; i < 4; i++) {
                target.putFloat(4 * sample + i);
            }
        }
    }

    @Test
    void seesTensorsWhoseFirstDimensionIsNotTheBatch() {
        OnnxModel model = OnnxModel.of(TinyModel.opset(17)
                .input("x", -1, 2, 2)
                .output("y", -1, 2)
                .longs("shape", new long[] {2}, -1, 2)
                .node("Reshape", List.of("x", "shape"), "r")
                .node("Neg", List.of("r"), "y")
                .proto());
        CalibrationStatistics seen = new Calibrator(2, 2)
                .collect(
                        model, CalibrationRequest.histograms(Set.of("r", "y")), new Counting(5), ProgressListener.NONE);
        assertThat(seen.of("y").range()).isEqualTo(new Range(-19, 0));
        assertThat(seen.of("r").histogram().orElseThrow().total()).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void namesTheTensorThatIsNotFiniteInHistograms(float odd) {
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> new Calibrator(2, 2)
                        .collect(
                                model(-1),
                                CalibrationRequest.histograms(Set.of("m")),
                                new OneOdd(odd, 1),
                                ProgressListener.NONE))
                .withMessageContaining("tensor m");
    }

    @Test
    void aRangeHoldsFiniteValuesOnly() {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new Range(0, Float.NaN));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new Range(1, 0));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Range.of(1, Float.NaN, 2));
        assertThat(Range.of()).isEqualTo(new Range(0, 0));
        assertThat(new Range(2, 3).withZero()).isEqualTo(new Range(0, 3));
    }
}
