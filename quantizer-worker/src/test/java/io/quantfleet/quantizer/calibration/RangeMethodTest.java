package io.quantfleet.quantizer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.quantizer.target.IntegerType;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RangeMethodTest {
    private static final int COUNT = 200_000;

    private static TensorStatistics seen(float... values) {
        Range range = Range.of(values);
        return new TensorStatistics(
                range, Optional.of(range), Optional.of(LogHistogramTest.of(values)), Optional.empty());
    }

    private static float[] gaussian(long seed) {
        Random random = new Random(seed);
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] relu(float... values) {
        float[] result = values.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] = Math.max(0, result[i]);
        }
        return result;
    }

    private static Stream<RangeMethod> methods() {
        return Stream.of(new MinMax(), new MovingAverage(), Percentile.USUAL, new Entropy(), new MeanSquaredError());
    }

    /** The true mean squared error of values stored with 8 bits over a range. */
    private static double error(float[] values, Range range, boolean symmetric) {
        double low = Math.min(0, range.min());
        double high = Math.max(0, range.max());
        double step = symmetric ? Math.max(-low, high) / 127 : (high - low) / 255;
        double least = symmetric ? -127 : Math.rint(low / step);
        double greatest = symmetric ? 127 : least + 255;
        double sum = 0;
        for (float value : values) {
            double stored = Math.max(least, Math.min(greatest, Math.rint(value / step))) * step;
            sum += (value - stored) * (value - stored);
        }
        return sum / values.length;
    }

    @ParameterizedTest
    @MethodSource("methods")
    void staysWithinWhatWasSeenAndKeepsMostOfIt(RangeMethod method) {
        for (float[] values : new float[][] {gaussian(1), relu(gaussian(2))}) {
            TensorStatistics seen = seen(values);
            for (boolean symmetric : new boolean[] {false, true}) {
                Range range = method.choose(seen, IntegerType.INT8, symmetric);
                assertThat(range.min()).isBetween(seen.range().min(), 1e-3f);
                assertThat(range.max()).isBetween(2f, seen.range().max());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void copesWithZerosOneValueAndDenormals(RangeMethod method) {
        float[][] odd = {
            {0, 0, 0}, {3, 3, 3}, {-3, -3}, {Float.MIN_VALUE, 0}, {-Float.MIN_VALUE, Float.MIN_VALUE}, {5, 6}, {-6, -5}
        };
        for (float[] values : odd) {
            for (boolean symmetric : new boolean[] {false, true}) {
                Range range = method.choose(seen(values), IntegerType.UINT8, symmetric);
                assertThat(range.min()).isGreaterThanOrEqualTo(Range.of(values).min());
                assertThat(range.max()).isLessThanOrEqualTo(Range.of(values).max());
                assertThat(range.withZero().max())
                        .isEqualTo(Math.max(0, Range.of(values).max()));
            }
        }
    }

    @Test
    void aPercentileCutsBothTails() {
        Range range = new Percentile(90).choose(seen(gaussian(3)), IntegerType.INT8, false);
        assertThat(range.min()).isCloseTo(-1.645f, within(0.02f));
        assertThat(range.max()).isCloseTo(1.645f, within(0.02f));
        Range symmetric = new Percentile(90).choose(seen(relu(gaussian(3))), IntegerType.INT8, true);
        assertThat(symmetric.min()).isZero();
        assertThat(symmetric.max()).isCloseTo(1.282f, within(0.02f));
    }

    @Test
    void entropyCutsOutliersThatPercentilesKeep() {
        float[] values = relu(gaussian(4));
        for (int i = 0; i < 20; i++) {
            values[i * 1000] = 100;
        }
        assertThat(Percentile.USUAL
                        .choose(seen(values), IntegerType.UINT8, false)
                        .max())
                .isGreaterThan(99);
        assertThat(new Entropy().choose(seen(values), IntegerType.UINT8, false).max())
                .isBetween(3f, 20f);
    }

    @Test
    void squaredErrorIsWithinAFewPercentOfTheBestCutThatASearchFinds() {
        Random random = new Random(5);
        float[] laplace = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            double magnitude = -Math.log(1 - random.nextDouble());
            laplace[i] = (float) (random.nextBoolean() ? magnitude : -magnitude);
        }
        for (float[] values : new float[][] {laplace, gaussian(6), relu(laplace)}) {
            Range range = new MeanSquaredError().choose(seen(values), IntegerType.INT8, true);
            double best = Double.POSITIVE_INFINITY;
            for (int i = 1; i <= 200; i++) {
                float limit = Math.max(-Range.of(values).min(), Range.of(values).max()) * i / 200;
                best = Math.min(best, error(values, new Range(-limit, limit), true));
            }
            assertThat(error(values, range, true)).isLessThan(best * 1.05);
            Range asymmetric = new MeanSquaredError().choose(seen(values), IntegerType.INT8, false);
            assertThat(error(values, asymmetric, false)).isLessThan(best * 1.05);
        }
    }

    @Test
    void entropyOfUniformValuesKeepsThemAll() {
        float[] values = new float[100_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 100_000f;
        }
        assertThat(new Entropy().choose(seen(values), IntegerType.UINT8, false).max())
                .isGreaterThan(0.97f);
    }

    @Test
    void methodsThatReadHistogramsSayWhenThereAreNone() {
        Range range = new Range(-1, 1);
        TensorStatistics bare = TensorStatistics.ofRange(range);
        methods().filter(RangeMethod::needsHistogram).forEach(method -> assertThatExceptionOfType(
                        IllegalStateException.class)
                .isThrownBy(() -> method.choose(bare, IntegerType.INT8, false)));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new Percentile(Double.NaN));
    }

    @Test
    void weightsAreCutWhereThatLessensTheirError() {
        float[] values = new float[2 * 64];
        Random random = new Random(8);
        for (int i = 0; i < 64; i++) {
            values[i] = (float) random.nextGaussian();
            values[64 + i] = i == 0 ? 4 : (float) random.nextGaussian() * 0.1f;
        }
        float[] limits = WeightClip.leastError(values, 2, 64, 7);
        assertThat(limits[0])
                .isLessThanOrEqualTo(
                        Range.of(java.util.Arrays.copyOf(values, 64)).max() * 1.5f);
        assertThat(WeightClip.leastError(new float[8], 2, 4, 7)).containsExactly(0, 0);
        assertThat(WeightClip.leastError(new float[] {1, -1, 1, -1}, 1, 4, 127)).containsExactly(1);
    }
}
