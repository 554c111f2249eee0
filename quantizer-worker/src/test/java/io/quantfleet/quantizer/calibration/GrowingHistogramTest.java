package io.quantfleet.quantizer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowingHistogramTest {

    private static Histogram of(float... values) {
        GrowingHistogram histogram = new GrowingHistogram();
        histogram.add(FloatBuffer.wrap(values));
        return histogram.snapshot();
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

    private static FloatBuffer buffer(List<Float> values) {
        FloatBuffer buffer = FloatBuffer.allocate(values.size());
        values.forEach(buffer::put);
        return buffer.flip();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void doesNotDependOnTheOrderOrOnHowValuesAreSpread(long seed) {
        List<Float> values = values(seed, 20_000);
        GrowingHistogram whole = new GrowingHistogram();
        whole.add(buffer(values));
        Collections.shuffle(values, new Random(seed));
        GrowingHistogram first = new GrowingHistogram();
        GrowingHistogram second = new GrowingHistogram();
        for (int i = 0; i < values.size(); i += 100) {
            (i % 300 == 0 ? first : second).add(buffer(values.subList(i, i + 100)));
        }
        first.add(second);
        assertThat(first.snapshot().width()).isEqualTo(whole.snapshot().width());
        assertThat(counts(first.snapshot())).isEqualTo(counts(whole.snapshot()));
        assertThat(first.snapshot().total()).isEqualTo(values.size());
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
    void noticesWhatIsNotFinite() {
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            assertThat(new GrowingHistogram()
                            .add(FloatBuffer.wrap(new float[] {1, odd, 2}))
                            .finite())
                    .isFalse();
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
            assertThat(histogram.quantile(share)).isCloseTo(share * 100 - 50, within(histogram.width()));
            assertThat(histogram.magnitudeQuantile(share)).isCloseTo(share * 50, within(histogram.width()));
        }
    }
}
