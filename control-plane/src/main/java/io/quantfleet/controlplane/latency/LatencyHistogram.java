package io.quantfleet.controlplane.latency;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A mergeable histogram of latencies in microseconds, in HdrHistogram's compressed encoding V2 with 2 significant digits. A
 * value is known to within 1/128 of itself, which merging does not add to. Immutable.
 *
 * <p>HdrHistogram's own class has an array of some 3,000 counts, of which a window fills sixty: thousands of windows at once
 * would fill the heap with zeros. This one has the counts that there are, and reads and writes the same bytes. What devices
 * send is checked before it is decoded.
 */
public final class LatencyHistogram {
    private static final int MAX_BYTES = 64 << 10;
    private static final int DIGITS = 2;
    private static final long MAX_MICROS = 24L * 3600 * 1_000_000;
    private static final long LEAST_HIGHEST_MICROS = 3600L * 1_000_000;
    /** What can't be compressed grows by a few bytes for each block of 16 KiB. */
    private static final int SLACK_BYTES = 1 << 10;

    /** Windows compress to some third. */
    private static final int FIRST_GUESS = 8;

    private final long highest;
    /** Of the buckets with a count, ascending. */
    private final int[] buckets;

    private final long[] counts;
    private final long total;
    private final Optional<byte[]> encoded;

    private LatencyHistogram(long highest, int[] buckets, long[] counts, long total, Optional<byte[]> encoded) {
        this.highest = highest;
        this.buckets = buckets;
        this.counts = counts;
        this.total = total;
        this.encoded = encoded;
    }

    /**
     * Reads the encoded form.
     *
     * @throws IllegalArgumentException if it isn't one, or is finer or wider than latencies need
     */
    public static LatencyHistogram decode(byte[] encoded) {
        ByteBuffer content = inflate(encoded);
        try {
            return read(content, encoded.clone());
        } catch (BufferUnderflowException | ArithmeticException e) {
            throw new IllegalArgumentException("not a compressed HdrHistogram: it is cut off, or counts overflow", e);
        }
    }

    private static LatencyHistogram read(ByteBuffer content, byte[] encoded) {
        int cookie = content.getInt();
        int length = content.getInt();
        int offset = content.getInt();
        int digits = content.getInt();
        long lowest = content.getLong();
        long highest = content.getLong();
        double ratio = content.getDouble();
        if (cookie != HdrEncoding.COOKIE || length != content.remaining() || offset != 0 || ratio != 1) {
            throw new IllegalArgumentException("not an HdrHistogram of encoding V2 with counts as they are");
        }
        if (digits != DIGITS || lowest != 1 || highest < 2 || highest > MAX_MICROS) {
            throw new IllegalArgumentException("a histogram of " + digits + " digits from " + lowest + " up to "
                    + highest + " µs; " + DIGITS + " digits from 1 up to at most " + MAX_MICROS + " µs are taken");
        }
        int[] buckets = new int[content.remaining()];
        long[] counts = new long[content.remaining()];
        int limit = HdrEncoding.buckets(highest);
        int used = 0;
        long total = 0;
        long bucket = 0;
        while (content.hasRemaining()) {
            long count = HdrEncoding.getLong(content);
            if (count > 0) {
                if (bucket >= limit) {
                    throw new IllegalArgumentException(
                            "a count beyond " + highest + " µs, the largest value there can be");
                }
                buckets[used] = (int) bucket;
                counts[used] = count;
                used++;
                total = Math.addExact(total, count);
            }
            bucket = Math.addExact(bucket, count < 0 ? Math.negateExact(count) : 1);
        }
        return new LatencyHistogram(
                highest, Arrays.copyOf(buckets, used), Arrays.copyOf(counts, used), total, Optional.of(encoded));
    }

    /** What was compressed; no more of it than the largest histogram has. */
    private static ByteBuffer inflate(byte[] encoded) {
        if (encoded.length < HdrEncoding.COMPRESSED_HEADER_BYTES || encoded.length > MAX_BYTES) {
            throw new IllegalArgumentException("a histogram of " + encoded.length + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(encoded);
        int length = encoded.length - HdrEncoding.COMPRESSED_HEADER_BYTES;
        if (header.getInt() != HdrEncoding.COMPRESSED_COOKIE || header.getInt() != length) {
            throw new IllegalArgumentException("not a compressed HdrHistogram of encoding V2");
        }
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(encoded, HdrEncoding.COMPRESSED_HEADER_BYTES, length);
            byte[] content = new byte[Math.min(MAX_BYTES, FIRST_GUESS * encoded.length)];
            int inflated = inflater.inflate(content);
            if (!inflater.finished() && content.length < MAX_BYTES) {
                content = Arrays.copyOf(content, MAX_BYTES);
                inflated += inflater.inflate(content, inflated, content.length - inflated);
            }
            if (!inflater.finished()) {
                throw new IllegalArgumentException(
                        "a histogram that is cut off, or has more than " + MAX_BYTES + " bytes");
            }
            return ByteBuffer.wrap(content, 0, inflated).slice();
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("a histogram that does not inflate: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    /** The sum of both. */
    public LatencyHistogram plus(LatencyHistogram other) {
        int most = buckets.length + other.buckets.length;
        int[] sumBuckets = new int[most];
        long[] sumCounts = new long[most];
        int used = 0;
        int left = 0;
        int right = 0;
        while (left < buckets.length || right < other.buckets.length) {
            int here = left < buckets.length ? buckets[left] : Integer.MAX_VALUE;
            int there = right < other.buckets.length ? other.buckets[right] : Integer.MAX_VALUE;
            sumBuckets[used] = Math.min(here, there);
            if (here <= there) {
                sumCounts[used] += counts[left];
                left++;
            }
            if (there <= here) {
                sumCounts[used] += other.counts[right];
                right++;
            }
            used++;
        }
        return new LatencyHistogram(
                Math.max(highest, other.highest),
                Arrays.copyOf(sumBuckets, used),
                Arrays.copyOf(sumCounts, used),
                Math.addExact(total, other.total),
                Optional.empty());
    }

    /** Adds up any number of histograms. For one thread. */
    public static final class Sum {
        private LatencyHistogram sum =
                new LatencyHistogram(LEAST_HIGHEST_MICROS, new int[0], new long[0], 0, Optional.empty());

        /** Adds one. */
        public Sum add(LatencyHistogram more) {
            sum = sum.plus(more);
            return this;
        }

        /** What was added so far. */
        public LatencyHistogram histogram() {
            return sum;
        }
    }

    /** The encoded form; of one that was read, as it came. */
    public byte[] encode() {
        return encoded.map(byte[]::clone).orElseGet(this::compressed);
    }

    private byte[] compressed() {
        byte[] content = HdrEncoding.write(highest, DIGITS, buckets, counts);
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(content);
            deflater.finish();
            byte[] compressed = new byte[HdrEncoding.COMPRESSED_HEADER_BYTES + content.length + SLACK_BYTES];
            int length = deflater.deflate(
                    compressed,
                    HdrEncoding.COMPRESSED_HEADER_BYTES,
                    compressed.length - HdrEncoding.COMPRESSED_HEADER_BYTES);
            ByteBuffer.wrap(compressed).putInt(HdrEncoding.COMPRESSED_COOKIE).putInt(length);
            return Arrays.copyOf(compressed, HdrEncoding.COMPRESSED_HEADER_BYTES + length);
        } finally {
            deflater.end();
        }
    }

    /** A percentile in microseconds, the largest value of its bucket; empty if nothing was recorded. */
    public OptionalDouble percentile(double percent) {
        if (total == 0) {
            return OptionalDouble.empty();
        }
        // As HdrHistogram does, so that 99.9 % of a thousand is the 999th and not the 1000th for a rounding error.
        double exact = Math.min(100, Math.max(0, Math.nextDown(percent))) * total / 100;
        long wanted = Math.max(1, (long) Math.ceil(exact));
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return OptionalDouble.of((double) HdrEncoding.largestOf(buckets[i]));
            }
        }
        throw new IllegalStateException("counts that don't add up to their total");
    }

    /** How many latencies were recorded. */
    public long count() {
        return total;
    }
}
