package io.quantfleet.protocols.delta;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.protocols.v1.DeltaHeader;
import io.quantfleet.protocols.v1.DeltaMethod;
import io.quantfleet.protocols.v1.DeltaSpan;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Applies deltas. Whatever the patch says, memory is bounded by {@link #MAX_WINDOW_LOG} or three times
 * {@link #MAX_SPAN_BYTES}, and no more is written than was announced. Whether what comes out is right is for the caller
 * to check, by the hash of the whole.
 */
public final class DeltaDecoder {
    /** Spans with a dictionary, and their dictionaries, are no longer than this. */
    static final int MAX_SPAN_BYTES = 8 << 20;

    /** Of the frame of differences: a window of 8 MiB, that of zstd's level 19. */
    static final int MAX_WINDOW_LOG = 23;

    static final int MAX_FRAME_BYTES = 2 * MAX_SPAN_BYTES;
    static final int MAX_HEADER_BYTES = 256 << 10;
    private static final int BUFFER_BYTES = 1 << 16;

    private final SeekableByteChannel from;
    private final InputStream patch;
    private final OutputStream to;

    private DeltaDecoder(SeekableByteChannel from, InputStream patch, OutputStream to) {
        this.from = from;
        this.patch = patch;
        this.to = to;
    }

    /**
     * Writes what {@code patch} makes of {@code from}.
     *
     * @param size that what comes out must have, bytes
     * @throws DeltaException if the patch is malformed, truncated or for something of another size
     * @throws IOException if reading or writing fails
     */
    public static void apply(Path from, InputStream patch, long size, OutputStream to) throws IOException {
        try (SeekableByteChannel in = Files.newByteChannel(from)) {
            OutputStream buffered = new BufferedOutputStream(to, BUFFER_BYTES);
            new DeltaDecoder(in, patch, buffered).apply(size);
            buffered.flush();
        } catch (ZstdException | ZstdIOException e) {
            throw new DeltaException("the patch can't be decompressed: " + e.getMessage(), e);
        } catch (EOFException e) {
            throw new DeltaException("it ends early: " + e.getMessage(), e);
        }
    }

    private void apply(long size) throws IOException {
        DeltaHeader header = header();
        check(header, size);
        if (header.getMethod() == DeltaMethod.DELTA_METHOD_DIFFERENCE) {
            differences(header);
        } else {
            for (DeltaSpan span : header.getSpansList()) {
                dictionary(span);
            }
        }
        if (patch.read() >= 0) {
            throw new DeltaException("the patch goes on behind its end");
        }
    }

    private DeltaHeader header() throws IOException {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            int next = patch.read();
            if (next < 0 || shift > 21) {
                throw new DeltaException("the patch has no header");
            }
            length |= (next & 0x7f) << shift;
            if (next < 0x80) {
                break;
            }
        }
        if (length > MAX_HEADER_BYTES) {
            throw new DeltaException("a header of " + length + " bytes; at most " + MAX_HEADER_BYTES + " are read");
        }
        try {
            return DeltaHeader.parseFrom(exactly(length));
        } catch (InvalidProtocolBufferException e) {
            throw new DeltaException("the patch's header is none", e);
        }
    }

    private void check(DeltaHeader header, long size) throws IOException {
        boolean dictionary = header.getMethod() == DeltaMethod.DELTA_METHOD_DICTIONARY;
        if (!dictionary && header.getMethod() != DeltaMethod.DELTA_METHOD_DIFFERENCE) {
            throw new DeltaException("a method that this program does not know: " + header.getMethodValue());
        }
        if (header.getSize() != size || header.getFromSize() != from.size()) {
            throw new DeltaException("it makes " + header.getSize() + " bytes from " + header.getFromSize() + ", not "
                    + size + " from " + from.size());
        }
        long sum = 0;
        for (DeltaSpan span : header.getSpansList()) {
            if (span.getSize() <= 0 || span.getSize() > size - sum || !fits(span, dictionary)) {
                throw new DeltaException(
                        "a span that can't be: " + span.toString().replace('\n', ' '));
            }
            sum += span.getSize();
        }
        if (sum != size) {
            throw new DeltaException("its spans are " + sum + " bytes, not " + size);
        }
    }

    private static boolean fits(DeltaSpan span, boolean dictionary) {
        if (dictionary) {
            return span.getSize() <= MAX_SPAN_BYTES
                    && within(span.getFromSize(), MAX_SPAN_BYTES)
                    && within(span.getEncodedSize(), MAX_FRAME_BYTES);
        }
        return span.getFromSize() == 0 || span.getFromSize() == span.getSize();
    }

    private static boolean within(long size, long limit) {
        return size >= 0 && size <= limit;
    }

    private void differences(DeltaHeader header) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        byte[] base = new byte[BUFFER_BYTES];
        try (ZstdInputStreamNoFinalizer difference = new ZstdInputStreamNoFinalizer(new Unclosed(patch))) {
            difference.setLongMax(MAX_WINDOW_LOG);
            for (DeltaSpan span : header.getSpansList()) {
                seek(span);
                for (long rest = span.getSize(); rest > 0; ) {
                    int length = (int) Math.min(rest, buffer.length);
                    if (difference.readNBytes(buffer, 0, length) != length) {
                        throw new DeltaException("the patch ends early");
                    }
                    if (span.getFromSize() > 0) {
                        readFully(base, length);
                        for (int i = 0; i < length; i++) {
                            buffer[i] += base[i];
                        }
                    }
                    to.write(buffer, 0, length);
                    rest -= length;
                }
            }
            if (difference.read() >= 0) {
                throw new DeltaException("the patch goes on behind its end");
            }
        }
    }

    private void dictionary(DeltaSpan span) throws IOException {
        seek(span);
        byte[] dictionary = new byte[(int) span.getFromSize()];
        readFully(dictionary, dictionary.length);
        byte[] encoded = exactly((int) span.getEncodedSize());
        byte[] content = new byte[(int) span.getSize()];
        try (ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
            if (dictionary.length > 0) {
                zstd.loadDict(dictionary);
            }
            int length = zstd.decompressByteArray(content, 0, content.length, encoded, 0, encoded.length);
            if (length != content.length) {
                throw new DeltaException("a span of " + content.length + " bytes came out as " + length);
            }
        }
        to.write(content);
    }

    private void seek(DeltaSpan span) throws IOException {
        if (span.getFromOffset() < 0 || span.getFromOffset() > from.size() - span.getFromSize()) {
            throw new DeltaException("a span beyond the end of what it starts from");
        }
        from.position(span.getFromOffset());
    }

    private void readFully(byte[] bytes, int length) throws IOException {
        for (ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length); rest.hasRemaining(); ) {
            if (from.read(rest) < 0) {
                throw new EOFException("what the patch starts from became shorter");
            }
        }
    }

    /** Never allocates more than has come. */
    private byte[] exactly(int length) throws IOException {
        byte[] bytes = patch.readNBytes(length);
        if (bytes.length != length) {
            throw new DeltaException("the patch ends early");
        }
        return bytes;
    }
}
