package io.quantfleet.quantizer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
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
        return seen.tensors().stream()
                .collect(Collectors.toMap(tensor -> tensor, tensor -> seen.of(tensor).range()));
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
                    .isThrownBy(() -> new Calibrator(1, 2)
                            .collect(model(-1), request("m"), samples, ProgressListener.NONE))
                    .withMessageContaining("tensor m")
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.ACTIVATION_NOT_FINITE));
        }
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
