package io.quantfleet.cli.simulate.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Reads and writes one file in memory. For one thread. */
final class MemoryFileChannel extends FileChannel {
    private static final int TRANSFER_BYTES = 1 << 16;

    private final Content content;
    private final boolean writable;
    private long position;

    MemoryFileChannel(Content content, boolean writable, long position) {
        this.content = content;
        this.writable = writable;
        this.position = position;
    }

    @Override
    public int read(ByteBuffer target) {
        int count = read(target, position);
        position += Math.max(0, count);
        return count;
    }

    @Override
    public int read(ByteBuffer target, long from) {
        if (target.hasArray()) {
            int count =
                    content.read(from, target.array(), target.arrayOffset() + target.position(), target.remaining());
            target.position(target.position() + Math.max(0, count));
            return count;
        }
        byte[] bytes = new byte[target.remaining()];
        int count = content.read(from, bytes, 0, bytes.length);
        target.put(bytes, 0, Math.max(0, count));
        return count;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            int count = read(targets[i]);
            if (count < 0) {
                return total == 0 ? -1 : total;
            }
            total += count;
        }
        return total;
    }

    @Override
    public int write(ByteBuffer source) {
        int count = write(source, position);
        position += count;
        return count;
    }

    @Override
    public int write(ByteBuffer source, long to) {
        if (!writable) {
            throw new NonWritableChannelException();
        }
        int count = source.remaining();
        if (source.hasArray()) {
            content.write(to, source.array(), source.arrayOffset() + source.position(), count);
            source.position(source.limit());
        } else {
            byte[] bytes = new byte[count];
            source.get(bytes);
            content.write(to, bytes, 0, count);
        }
        return count;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += write(sources[i]);
        }
        return total;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public FileChannel position(long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return content.length();
    }

    @Override
    public FileChannel truncate(long size) {
        content.truncate((int) Math.min(size, Integer.MAX_VALUE));
        position = Math.min(position, size);
        return this;
    }

    /** Nothing to do: a simulated device loses its power, not its memory. */
    @Override
    public void force(boolean metaData) {}

    @Override
    public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
        if (target instanceof MemoryFileChannel other) {
            return other.append(content.settled(), from, count);
        }
        byte[] bytes = new byte[(int) Math.min(count, TRANSFER_BYTES)];
        long done = 0;
        while (done < count) {
            int read = content.read(from + done, bytes, 0, (int) Math.min(bytes.length, count - done));
            if (read < 0) {
                break;
            }
            done += target.write(ByteBuffer.wrap(bytes, 0, read));
        }
        return done;
    }

    private int append(byte[] bytes, long from, long count) {
        if (!writable) {
            throw new NonWritableChannelException();
        }
        int first = (int) Math.min(from, bytes.length);
        int length = (int) Math.min(count, bytes.length - first);
        if (length == bytes.length && length >= SharedContents.SMALLEST && position == content.length()) {
            content.append(bytes);
        } else {
            content.write(position, bytes, first, length);
        }
        position += length;
        return length;
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long to, long count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, TRANSFER_BYTES));
        long done = 0;
        while (done < count) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
            if (source.read(buffer) <= 0) {
                break;
            }
            done += write(buffer.flip(), to + done);
        }
        return done;
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long from, long size) {
        throw new UnsupportedOperationException("a file in memory can't be mapped");
    }

    /** Granted always: nobody else has this memory. */
    @Override
    public FileLock lock(long from, long size, boolean shared) {
        return new FileLock(this, from, size, shared) {
            private volatile boolean released;

            @Override
            public boolean isValid() {
                return !released && isOpen();
            }

            @Override
            public void release() {
                released = true;
            }
        };
    }

    @Override
    public FileLock tryLock(long from, long size, boolean shared) {
        return lock(from, size, shared);
    }

    @Override
    protected void implCloseChannel() {
        if (writable) {
            content.settle();
        }
    }
}
