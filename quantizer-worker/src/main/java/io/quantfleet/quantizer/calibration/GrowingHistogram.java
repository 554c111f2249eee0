package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.calibration.Sighting.Extremes;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A histogram that widens its bins, joining two to one, whenever a value does not fit. Its width is a power of two, so
 * scaling is exact and joining bins gives what wider bins would have counted: in whatever order values come, and however
 * many histograms they are spread over, the sum is the same. For use by one thread.
 */
final class GrowingHistogram {
    private static final int CHUNK = 4096;
    private static final int NARROWEST = Float.MIN_EXPONENT;
    private static final int MAGNITUDE = Integer.MAX_VALUE;
    private static final int INFINITY_BITS = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private final long[] counts = new long[2 * Histogram.HALF];
    private final float[] chunk = new float[CHUNK];
    private int exponent = NARROWEST;

    /**
     * Counts values.
     *
     * @return their least and greatest; not finite if one of them is not, in which case they are not all counted
     */
    Extremes add(FloatBuffer values) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        while (values.hasRemaining()) {
            int length = Math.min(CHUNK, values.remaining());
            values.get(chunk, 0, length);
            int largest = 0;
            for (int i = 0; i < length; i++) {
                largest = Math.max(largest, Float.floatToRawIntBits(chunk[i]) & MAGNITUDE);
            }
            if (largest >= INFINITY_BITS) {
                return Extremes.NOT_FINITE;
            }
            for (int i = 0; i < length; i++) {
                low = Math.min(low, chunk[i]);
                high = Math.max(high, chunk[i]);
            }
            makeRoom(Float.intBitsToFloat(largest));
            count(length);
        }
        return new Extremes(low, high);
    }

    private void count(int length) {
        float inverse = Math.scalb(1f, -exponent);
        for (int i = 0; i < length; i++) {
            float scaled = chunk[i] * inverse;
            // Towards zero, then one less where the sign is set: magnitudes above and below zero share their bounds.
            int bin = (int) scaled - (Float.floatToRawIntBits(scaled) >>> 31);
            counts[Histogram.HALF + bin]++;
        }
    }

    private void makeRoom(float largest) {
        // 2^12 bins on each side: the largest magnitude is below 2^(e+1), so bins of 2^(e-11) hold it.
        int needed = Math.getExponent(largest) + 1 - Integer.numberOfTrailingZeros(Histogram.HALF);
        if (needed > exponent) {
            widen(needed);
        }
    }

    private void widen(int wanted) {
        int shift = Math.min(wanted - exponent, Integer.SIZE - 1);
        long[] narrow = counts.clone();
        Arrays.fill(counts, 0);
        for (int i = 0; i < Histogram.HALF; i++) {
            counts[Histogram.HALF + (i >> shift)] += narrow[Histogram.HALF + i];
            counts[Histogram.HALF - 1 - (i >> shift)] += narrow[Histogram.HALF - 1 - i];
        }
        exponent = wanted;
    }

    /** Adds what another has counted; the other may get wider bins of this. */
    void add(GrowingHistogram other) {
        if (other.exponent > exponent) {
            widen(other.exponent);
        } else if (exponent > other.exponent) {
            other.widen(exponent);
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    Histogram snapshot() {
        return new Histogram(Math.scalb(1.0, exponent), counts);
    }
}
