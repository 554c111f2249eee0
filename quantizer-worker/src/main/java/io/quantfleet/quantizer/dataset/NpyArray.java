package io.quantfleet.quantizer.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One array of an npz archive. Its elements are inflated into a temporary file that vanishes with the channel, because
 * a compressed entry can't be read from its middle and may not fit memory. Safe for use by several threads.
 */
final class NpyArray implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final String where;
    private final NpyHeader header;
    private final NpyType type;
    private final FileChannel elements;

    private NpyArray(String where, NpyHeader header, NpyType type, FileChannel elements) {
        this.where = where;
        this.header = header;
        this.type = type;
        this.elements = elements;
    }

    /**
     * Inflates and checks an array.
     *
     * @param zip the archive
     * @param source what messages call the archive
     * @param name the array's name
     */
    static NpyArray open(CheckedZip zip, String source, String name) {
        String entry = name + ".npy";
        String where = source + ": the array '" + name + "'";
        try (InputStream in = zip.open(entry)) {
            NpyHeader header = NpyHeader.read(in);
            NpyType type = check(where, header);
            return new NpyArray(where, header, type, spool(in, Math.multiplyExact(header.elements(), type.bytes())));
        } catch (IOException e) {
            throw zip.damaged(entry, e);
        } catch (ArithmeticException | NumberFormatException e) {
            throw Faults.dataset(where + " has an impossible shape; save it again", e);
        }
    }

    private static NpyType check(String where, NpyHeader header) {
        if (header.type().startsWith(">")) {
            throw Faults.dataset(where + " is big-endian (" + header.type()
                    + "); save it with .astype(array.dtype.newbyteorder('<'))");
        }
        if (header.fortranOrder() && header.shape().size() > 1) {
            throw Faults.dataset(where + " is in Fortran order; save numpy.ascontiguousarray of it");
        }
        return NpyType.of(header.type())
                .orElseThrow(() -> Faults.dataset(where + " has elements of type '" + header.type()
                        + "', which can't be read; save it as float32, int32 or int64"));
    }

    private static FileChannel spool(InputStream in, long bytes) throws IOException {
        Path file = Files.createTempFile("quantfleet-array-", ".bin");
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        try {
            byte[] buffer = new byte[BUFFER_BYTES];
            long written = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                ByteBuffer part = ByteBuffer.wrap(buffer, 0, n);
                while (part.hasRemaining()) {
                    written += channel.write(part);
                }
            }
            if (written != bytes) {
                throw new IOException("it has " + written + " bytes of elements where its shape asks for " + bytes);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    NpyHeader header() {
        return header;
    }

    NpyType type() {
        return type;
    }

    /** How messages name this array. */
    String where() {
        return where;
    }

    /** Some elements, little-endian, ready to be read. */
    ByteBuffer read(long firstElement, int count) {
        ByteBuffer data =
                ByteBuffer.allocate(Math.multiplyExact(count, type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        long at = firstElement * type.bytes();
        try {
            while (data.hasRemaining()) {
                int n = elements.read(data, at + data.position());
                if (n < 0) {
                    throw new EOFException("the temporary file ends early");
                }
            }
        } catch (IOException e) {
            throw Faults.dataset(where + " can't be read back: " + Faults.reason(e), e);
        }
        return data.flip();
    }

    @Override
    public void close() {
        try {
            elements.close();
        } catch (IOException e) {
            throw Faults.dataset(where + " can't be closed: " + Faults.reason(e), e);
        }
    }
}
