package io.quantfleet.cli.simulate.memory;

import java.util.Arrays;
import java.util.Optional;

/**
 * The bytes of one file. While what is written at its end is what a shared content has there, it is that content; from
 * the first difference on it is an array of its own, until {@link #settle} looks for its like. Guarded by the file
 * system's lock of the file.
 */
final class Content {
    private static final byte[] NONE = {};

    private final SharedContents shared;
    private byte[] bytes = NONE;
    private int length;
    private boolean own = true;

    Content(SharedContents shared) {
        this.shared = shared;
    }

    synchronized int length() {
        return length;
    }

    /** Copies what lies at {@code position}; returns how many bytes, -1 at the end. */
    synchronized int read(long position, byte[] target, int offset, int count) {
        if (position >= length) {
            return -1;
        }
        int readable = (int) Math.min(count, length - position);
        System.arraycopy(bytes, (int) position, target, offset, readable);
        return readable;
    }

    synchronized void write(long position, byte[] source, int offset, int count) {
        if (position != length || !isAlready(source, offset, count)) {
            writeOwn(Math.toIntExact(position), source, offset, count);
        }
        length = Math.max(length, Math.toIntExact(position + count));
    }

    /** Writes all of a shared content at the end. */
    synchronized void append(byte[] part) {
        boolean already =
                length == 0 ? adopt(shared.longestBeginningWith(part)) : !own && shared.has(bytes, length, part);
        if (already) {
            length += part.length;
        } else {
            write(length, part, 0, part.length);
        }
    }

    synchronized void truncate(int size) {
        length = Math.min(length, size);
    }

    /** Nobody writes any more for now: from here on the bytes are shared if they can be. */
    synchronized void settle() {
        if (bytes.length != length) {
            bytes = Arrays.copyOf(bytes, length);
            own = true;
        }
        if (own) {
            bytes = shared.share(bytes);
            own = bytes.length < SharedContents.SMALLEST;
        }
    }

    /** All of it, not to be changed. Files with equal large contents have the same array. */
    synchronized byte[] settled() {
        settle();
        return bytes;
    }

    /** Whether the shared content goes on with these bytes; adopts one that does if the file is empty as yet. */
    private boolean isAlready(byte[] source, int offset, int count) {
        if (length == 0) {
            return adopt(shared.beginningWith(source, offset, count, 0));
        }
        if (own) {
            return false;
        }
        int end = length + count;
        if (end <= bytes.length && Arrays.equals(bytes, length, end, source, offset, offset + count)) {
            return true;
        }
        // Perhaps it is a longer one that begins like this one.
        return adopt(shared.beginningWith(bytes, 0, length, bytes.length)
                .filter(longer ->
                        end <= longer.length && Arrays.equals(longer, length, end, source, offset, offset + count)));
    }

    private boolean adopt(Optional<byte[]> content) {
        content.ifPresent(found -> {
            bytes = found;
            own = false;
        });
        return content.isPresent();
    }

    private void writeOwn(int position, byte[] source, int offset, int count) {
        int end = Math.addExact(position, count);
        if (!own || end > bytes.length) {
            int capacity = end <= length ? length : Math.max(end, Math.min(length, Integer.MAX_VALUE / 2) * 2);
            byte[] grown = new byte[capacity];
            System.arraycopy(bytes, 0, grown, 0, length);
            bytes = grown;
            own = true;
        } else if (position > length) {
            Arrays.fill(bytes, length, position, (byte) 0);
        }
        System.arraycopy(source, offset, bytes, position, count);
    }
}
