package io.quantfleet.quantizer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.quantizer.calibration.Sighting.Extremes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogHistogramTest {

    /** Counts what it is given, on and on. */
    private static final class Counting {
        private final LogHistogram histogram = new LogHistogram();
        private final FloatCounter counter = new FloatCounter();

        Extremes add(float... values) {
            ByteBuffer bytes =
                    ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
            bytes.asFloatBuffer().put(values);
            return counter.count(bytes, histogram);
        }
    }

    static Histogram of(float... values) {
        Counting counting = new Counting();
        counting.add(values);
        return counting.histogram.snapshot(Range.of(values));
    }

    private static long[] counts(Histogram histogram) {
        long[] counts = new long[histogram.endBin() - histogram.firstBin()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = histogram.count(histogram.firstBin() + i);
        }
        return counts;
    }

    private static List<Float> values(long seed, int count) {
        Random random = new Random(seed);
        List<Float> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // Magnitudes over many powers of two, so that bins widen again and again.
            values.add((float) (random.nextGaussian() * Math.pow(2, random.nextInt(-140, 100))));
        }
        return values;
    }

    private static float[] array(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void doesNotDependOnTheOrderOrOnTheParts(long seed) {
        List<Float> values = values(seed, 20_011);
        Range range = Range.of(array(values));
        Counting whole = new Counting();
        assertThat(whole.add(array(values))).isEqualTo(new Extremes(range.min(), range.max()));
        Collections.shuffle(values, new Random(seed));
        Counting parts = new Counting();
        for (int i = 0; i < values.size(); i += 99) {
            parts.add(array(values.subList(i, Math.min(i + 99, values.size()))));
        }
        Histogram expected = whole.histogram.snapshot(range);
        Histogram actual = parts.histogram.snapshot(range);
        assertThat(actual.width()).isEqualTo(expected.width());
        assertThat(counts(actual)).isEqualTo(counts(expected));
        assertThat(actual.total()).isEqualTo(values.size());
    }

    @Test
    void findsBothEndsOfValuesOfOneSign() {
        assertThat(new Counting().add(6, 5, 7, 5.5f, 6.5f)).isEqualTo(new Extremes(5, 7));
        assertThat(new Counting().add(-6, -5, -7)).isEqualTo(new Extremes(-7, -5));
        assertThat(new Counting().add(0, 5, 7)).isEqualTo(new Extremes(0, 7));
    }

    @Test
    void everyValueLiesInItsBin() {
        for (float value : values(9, 2_000)) {
            Histogram histogram = of(value);
            int bin = 0;
            for (int i = histogram.firstBin(); i < histogram.endBin(); i++) {
                bin = histogram.count(i) > 0 ? i : bin;
            }
            double magnitude = Math.abs((double) value);
            int place = value < 0 ? -1 - bin : bin;
            assertThat(magnitude).isBetween(place * histogram.width(), (place + 1) * histogram.width());
        }
    }

    @Test
    void theLargestMagnitudeUsesTheUpperHalfOfTheBins() {
        Histogram histogram = of(0.1f, 1.7f);
        assertThat(1.7 / histogram.width()).isBetween(Histogram.HALF / 2.0, (double) Histogram.HALF);
    }

    @Test
    void takesZeroDenormalsAndTheLargestNumbers() {
        assertThat(of(0, -0f, Float.MIN_VALUE, -Float.MIN_VALUE).total()).isEqualTo(4);
        Histogram wide = of(Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE);
        assertThat(wide.total()).isEqualTo(3);
        assertThat(wide.width() * Histogram.HALF).isGreaterThanOrEqualTo(Float.MAX_VALUE);
        assertThat(of().total()).isZero();
    }

    @Test
    void noticesWhatIsNotFiniteAndDropsIt() {
        for (float odd : new float[] {Float.NaN, -Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Counting counting = new Counting();
            assertThat(counting.add(1, odd, 2).finite()).isFalse();
            assertThat(counting.add(3, -1)).isEqualTo(new Extremes(-1, 3));
            assertThat(counting.histogram.snapshot(new Range(-1, 3)).total()).isEqualTo(2);
        }
    }

    @Test
    void quantilesFollowTheValues() {
        float[] values = new float[100_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 1000f - 50;
        }
        Histogram histogram = of(values);
        for (double share : new double[] {0.001, 0.1, 0.5, 0.9, 0.999}) {
            assertThat(histogram.quantile(share)).isCloseTo(share * 100 - 50, within(50.0 / 128));
            assertThat(histogram.magnitudeQuantile(share)).isCloseTo(share * 50, within(50.0 / 128));
        }
    }
}
