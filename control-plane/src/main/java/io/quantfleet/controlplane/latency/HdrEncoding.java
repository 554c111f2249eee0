package io.quantfleet.controlplane.latency;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * HdrHistogram's encoding V2, for histograms of 2 significant digits from 1 on: a header, and then the counts of all
 * buckets as ZigZag LEB128 numbers of at most nine bytes, a negative one for so many empty buckets. Buckets are as wide as
 * 1 up to 255, and from there on as a 128th of the power of two below them.
 */
final class HdrEncoding {
    /** Base 0x1c849303 with 0x10 for the encoding. */
    static final int COOKIE = 0x1c849313;

    /** Base 0x1c849304 with 0x10 for the encoding. */
    static final int COMPRESSED_COOKIE = 0x1c849314;

    /** The cookie and the length of what follows. */
    static final int COMPRESSED_HEADER_BYTES = 8;

    private static final int HEADER_BYTES = 40;
    private static final int LENGTH_AT = 4;
    private static final int MOST_BYTES_EACH = 9;
    private static final int HALF_BITS = 7;
    private static final int HALF = 1 << HALF_BITS;
    private static final int SEVEN_BITS = 0x7f;
    private static final int MORE_BIT = 0x80;
    private static final int LAST_SHIFT = 56;

    private HdrEncoding() {}

    /** How many buckets there are for values up to {@code highest}. */
    static int buckets(long highest) {
        int halves = 2;
        for (long untracked = 2L * HALF; untracked <= highest; untracked <<= 1) {
            halves++;
        }
        return halves * HALF;
    }

    /** The largest value that falls into a bucket. */
    static long largestOf(int bucket) {
        int power = Math.max(0, (bucket >> HALF_BITS) - 1);
        long position = bucket < HALF ? bucket : (bucket & (HALF - 1)) + HALF;
        return ((position + 1) << power) - 1;
    }

    /**
     * The uncompressed form.
     *
     * @param buckets that have a count, ascending
     */
    static byte[] write(long highest, int digits, int[] buckets, long[] counts) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + 2 * MOST_BYTES_EACH * buckets.length);
        out.putInt(COOKIE).putInt(0).putInt(0).putInt(digits);
        out.putLong(1).putLong(highest).putDouble(1);
        int next = 0;
        for (int i = 0; i < buckets.length; i++) {
            int empty = buckets[i] - next;
            if (empty > 0) {
                putLong(out, empty == 1 ? 0 : -empty);
            }
            putLong(out, counts[i]);
            next = buckets[i] + 1;
        }
        out.putInt(LENGTH_AT, out.position() - HEADER_BYTES);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void putLong(ByteBuffer out, long number) {
        long rest = (number << 1) ^ (number >> (Long.SIZE - 1));
        for (int written = 1; written < MOST_BYTES_EACH && (rest & ~(long) SEVEN_BITS) != 0; written++) {
            out.put((byte) ((rest & SEVEN_BITS) | MORE_BIT));
            rest >>>= HALF_BITS;
        }
        out.put((byte) rest);
    }

    /** Reads one number. */
    static long getLong(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; shift < LAST_SHIFT; shift += HALF_BITS) {
            byte part = in.get();
            number |= (long) (part & SEVEN_BITS) << shift;
            if ((part & MORE_BIT) == 0) {
                return decoded(number);
            }
        }
        return decoded(number | (in.get() & 0xffL) << LAST_SHIFT);
    }

    private static long decoded(long zigZag) {
        return (zigZag >>> 1) ^ -(zigZag & 1);
    }
}
