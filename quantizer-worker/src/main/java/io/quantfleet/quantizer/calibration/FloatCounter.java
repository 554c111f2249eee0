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
 * counters in turn, because the next zero would have to wait for the count of the last one to be stored, and largest
 * magnitudes by place in the chunk, in a loop of its own, which the compiler turns into vector instructions.
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

    private static final int CHUNK = 2048;
    private static final int IN_TURN = 4;
    private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private final int[] first = new int[BINS];
    private final int[] second = new int[BINS];
    private final int[] third = new int[BINS];
    private final int[] fourth = new int[BINS];
    private final int[] chunk = new int[CHUNK];
    /** By place in the chunk, the largest positive value's bits, and the magnitude of the largest negative one's. */
    private final int[] above = new int[CHUNK];

    private final int[] below = new int[CHUNK];

    /**
     * Counts floats.
     *
     * @param floats at most 2^31 - 1, in native order
     * @param target what the counts are added to, unless a value is not finite
     * @return the least and the greatest; not finite if one of them is not. Values nearer to zero than 2^-133 may pass for
     *     zero where there are none on its other side.
     */
    Extremes count(ByteBuffer floats, LogHistogram target) {
        IntBuffer bits = floats.duplicate().order(ByteOrder.nativeOrder()).asIntBuffer();
        Arrays.fill(above, 0);
        Arrays.fill(below, 0);
        while (bits.hasRemaining()) {
            int length = Math.min(CHUNK, bits.remaining());
            bits.get(chunk, 0, length);
            count(length);
            findLargest(length);
        }
        int greatest = largest(above);
        int least = largest(below);
        if (greatest >= INFINITY || least >= INFINITY) {
            Arrays.asList(first, second, third, fourth).forEach(counts -> Arrays.fill(counts, 0));
            return Extremes.NOT_FINITE;
        }
        Extremes extremes = extremes(bits, least, greatest);
        target.add(drain(extremes, bits.limit()));
        return extremes;
    }

    private void count(int length) {
        int[] counted = chunk;
        int whole = length - length % IN_TURN;
        for (int i = 0; i < whole; i += IN_TURN) {
            first[counted[i] >>> SHIFT]++;
            second[counted[i + 1] >>> SHIFT]++;
            third[counted[i + 2] >>> SHIFT]++;
            fourth[counted[i + 3] >>> SHIFT]++;
        }
        for (int i = whole; i < length; i++) {
            first[counted[i] >>> SHIFT]++;
        }
    }

    // Without branches, and without Math.max, which the compiler of Java 17 does not turn into vector instructions. No
    // difference overflows: both numbers are without sign. What is no number lies beyond infinity.
    private void findLargest(int length) {
        for (int i = 0; i < length; i++) {
            int positive = chunk[i] & ~(chunk[i] >> 31);
            int more = positive - above[i];
            above[i] += more & ~(more >> 31);
        }
        for (int i = 0; i < length; i++) {
            int negative = chunk[i] & Integer.MAX_VALUE & (chunk[i] >> 31);
            int more = negative - below[i];
            below[i] += more & ~(more >> 31);
        }
    }

    private static int largest(int[] bits) {
        int largest = 0;
        for (int each : bits) {
            largest = Math.max(largest, each);
        }
        return largest;
    }

    private Extremes extremes(IntBuffer bits, int least, int greatest) {
        float lowest = 0 - Float.intBitsToFloat(least);
        float highest = Float.intBitsToFloat(greatest);
        boolean oneSided = (least == 0) != (greatest == 0);
        if (!oneSided || counted(0) + counted(NEGATIVE) > 0) {
            return new Extremes(lowest, highest);
        }
        int nearest = Integer.MAX_VALUE;
        for (int i = 0; i < bits.limit(); i++) {
            nearest = Math.min(nearest, bits.get(i) & Integer.MAX_VALUE);
        }
        float other = Float.intBitsToFloat(nearest);
        return least == 0 ? new Extremes(other, highest) : new Extremes(lowest, -other);
    }

    private long counted(int bin) {
        return (long) first[bin] + second[bin] + third[bin] + fourth[bin];
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
            counts[i] = counted(from + i);
            sum += counts[i];
        }
        if (sum > 0) {
            Arrays.fill(first, from, from + bins, 0);
            Arrays.fill(second, from, from + bins, 0);
            Arrays.fill(third, from, from + bins, 0);
            Arrays.fill(fourth, from, from + bins, 0);
            pages.add(new Page(from, counts));
        }
        return sum;
    }
}
