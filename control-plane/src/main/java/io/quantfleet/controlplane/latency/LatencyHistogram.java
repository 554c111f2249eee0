package io.quantfleet.controlplane.latency;

import java.nio.ByteBuffer;
import java.util.OptionalDouble;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.HdrHistogram.Histogram;

/**
 * A mergeable histogram of latencies in microseconds, in HdrHistogram's compressed encoding V2. What devices send is
 * checked before it is decoded: a few bytes may claim a histogram of many megabytes. Immutable in use: merging gives a
 * new one.
 */
public final class LatencyHistogram {
    /** Compressed V2, as HdrHistogram writes it: cookie base 0x1c849304 with 0x10 for the encoding. */
    private static final int COMPRESSED_COOKIE = 0x1c849314;

    private static final int MAX_BYTES = 64 << 10;
    private static final int COMPRESSED_HEADER_BYTES = 8;
    private static final int HEADER_BYTES = 40;
    private static final int DIGITS_AT = 12;
    private static final int HIGHEST_AT = 24;
    private static final int MAX_DIGITS = 3;
    private static final long MAX_MICROS = 24L * 3600 * 1_000_000;

    private final Histogram histogram;

    private LatencyHistogram(Histogram histogram) {
        this.histogram = histogram;
    }

    /**
     * Reads the encoded form.
     *
     * @throws IllegalArgumentException if it isn't one, or is finer or wider than latencies need
     */
    public static LatencyHistogram decode(byte[] encoded) {
        checkHeader(encoded);
        try {
            return new LatencyHistogram(Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(encoded), 0));
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalArgumentException("not a compressed HdrHistogram: " + e.getMessage(), e);
        }
    }

    private static void checkHeader(byte[] encoded) {
        if (encoded.length < COMPRESSED_HEADER_BYTES || encoded.length > MAX_BYTES) {
            throw new IllegalArgumentException("a histogram of " + encoded.length + " bytes");
        }
        if (ByteBuffer.wrap(encoded).getInt() != COMPRESSED_COOKIE) {
            throw new IllegalArgumentException("not a compressed HdrHistogram of encoding V2");
        }
        ByteBuffer header = ByteBuffer.wrap(inflateHeader(encoded));
        int digits = header.getInt(DIGITS_AT);
        long highest = header.getLong(HIGHEST_AT);
        if (digits < 1 || digits > MAX_DIGITS || highest < 2 || highest > MAX_MICROS) {
            throw new IllegalArgumentException("a histogram of " + digits + " digits up to " + highest + " µs; at most "
                    + MAX_DIGITS + " digits and " + MAX_MICROS + " µs are taken");
        }
    }

    private static byte[] inflateHeader(byte[] encoded) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(encoded, COMPRESSED_HEADER_BYTES, encoded.length - COMPRESSED_HEADER_BYTES);
            byte[] header = new byte[HEADER_BYTES];
            if (inflater.inflate(header) < HEADER_BYTES) {
                throw new IllegalArgumentException("a histogram without a header");
            }
            return header;
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("a histogram that does not inflate: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    /** The sum of both. */
    public LatencyHistogram plus(LatencyHistogram other) {
        Histogram sum = new Histogram(
                1,
                Math.max(histogram.getHighestTrackableValue(), other.histogram.getHighestTrackableValue()),
                Math.max(
                        histogram.getNumberOfSignificantValueDigits(),
                        other.histogram.getNumberOfSignificantValueDigits()));
        sum.setAutoResize(true);
        sum.add(histogram);
        sum.add(other.histogram);
        return new LatencyHistogram(sum);
    }

    /** The encoded form. */
    public byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        byte[] encoded = new byte[length];
        buffer.flip();
        buffer.get(encoded);
        return encoded;
    }

    /** A percentile in microseconds; empty if nothing was recorded. */
    public OptionalDouble percentile(double percent) {
        return histogram.getTotalCount() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) histogram.getValueAtPercentile(percent));
    }
}
