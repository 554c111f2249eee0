package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.calibration.Sighting.Extremes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Counts floats by their upper 16 bits: sign, exponent and 7 bits of the mantissa, so that a bin is as wide as 1/128 of
 * what it starts at. No value needs a bin to be widened, and counts don't depend on the order of values. This is the
 * innermost loop of calibration, where a nanosecond per value is as much as inference takes: hence arithmetic on bits,
 * and two counters in turn, because the next zero would have to wait for the count of the last one to be stored.
 *
 * <p>Room for one tensor at a time; for use by one thread.
 */
final class FloatCounter {
    static final int BINS = 1 << 16;
    static final int SHIFT = 16;
    /** Where the bins of negative values begin. */
    static final int NEGATIVE = BINS / 2;
    /** Bins of one sign and exponent. */
    static final int PAGE = 128;

    private static final int CHUNK = 4096;
    private static final int POSITIVE_INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    private static final int NEGATIVE_INFINITY = ordered(Float.floatToRawIntBits(Float.NEGATIVE_INFINITY));

    private final int[] even = new int[BINS];
    private final int[] odd = new int[BINS];
    private final int[] chunk = new int[CHUNK];
    private int least;
    private int greatest;

    /** Bits of floats as integers of the same order; its own inverse. What is no number lies beyond the infinities. */
    private static int ordered(int bits) {
        return bits ^ (bits >> 31 >>> 1);
    }

    /**
     * Counts floats.
     *
     * @param floats at most 2^31 - 1, in native order
     * @param target what the counts are added to, unless a value is not finite
     * @return the least and the greatest; not finite if one of them is not
     */
    Extremes count(ByteBuffer floats, LogHistogram target) {
        IntBuffer bits = floats.duplicate().order(ByteOrder.nativeOrder()).asIntBuffer();
        least = Integer.MAX_VALUE;
        greatest = Integer.MIN_VALUE;
        while (bits.hasRemaining()) {
            int length = Math.min(CHUNK, bits.remaining());
            bits.get(chunk, 0, length);
            count(length - length % 2);
            if (length % 2 == 1) {
                int last = chunk[length - 1];
                even[last >>> SHIFT]++;
                least = Math.min(least, ordered(last));
                greatest = Math.max(greatest, ordered(last));
            }
        }
        boolean finite = least > NEGATIVE_INFINITY && greatest < POSITIVE_INFINITY;
        if (!finite) {
            Arrays.fill(even, 0);
            Arrays.fill(odd, 0);
            return Extremes.NOT_FINITE;
        }
        Extremes extremes = new Extremes(Float.intBitsToFloat(ordered(least)), Float.intBitsToFloat(ordered(greatest)));
        target.add(drain(extremes, bits.limit()));
        return extremes;
    }

    private void count(int length) {
        int low = least;
        int high = greatest;
        for (int i = 0; i < length; i += 2) {
            int first = chunk[i];
            int second = chunk[i + 1];
            even[first >>> SHIFT]++;
            odd[second >>> SHIFT]++;
            first = ordered(first);
            second = ordered(second);
            // Branches that are hardly ever taken: cheaper than Math.min and Math.max.
            if (first < low) {
                low = first;
            }
            if (first > high) {
                high = first;
            }
            if (second < low) {
                low = second;
            }
            if (second > high) {
                high = second;
            }
        }
        least = low;
        greatest = high;
    }

    /** The counts of one sign and exponent, or of part of its mantissas. */
    static final class Page {
        private final int firstBin;
        private final long[] counts;

        private Page(int firstBin, long[] counts) {
            this.firstBin = firstBin;
            this.counts = counts;
        }

        /** Adds these counts to those of a whole page. */
        void addTo(long[] whole) {
            for (int i = 0; i < counts.length; i++) {
                whole[firstBin % PAGE + i] += counts[i];
            }
        }

        /** Which page of all it belongs to. */
        int number() {
            return firstBin / PAGE;
        }
    }

    // From the largest exponent downwards until every value is found: few bins are in use, and hardly ever the lowest.
    private List<Page> drain(Extremes extremes, int values) {
        List<Page> pages = new ArrayList<>();
        long left = values - drain(0, 1, pages) - drain(NEGATIVE, 1, pages);
        float largest = Math.max(extremes.greatest(), -extremes.least());
        for (int page = Float.floatToRawIntBits(largest) >>> SHIFT & -PAGE; page >= 0 && left > 0; page -= PAGE) {
            left -= drain(page, PAGE, pages) + drain(NEGATIVE + page, PAGE, pages);
        }
        return pages;
    }

    private long drain(int from, int bins, List<Page> pages) {
        long[] counts = new long[bins];
        long sum = 0;
        for (int i = 0; i < bins; i++) {
            counts[i] = (long) even[from + i] + odd[from + i];
            sum += counts[i];
        }
        if (sum > 0) {
            Arrays.fill(even, from, from + bins, 0);
            Arrays.fill(odd, from, from + bins, 0);
            pages.add(new Page(from, counts));
        }
        return sum;
    }
}
