package io.quantfleet.agent.testkit.faults;

import io.quantfleet.agent.testkit.faults.FileFaults.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file that is written to. */
final class FaultyFileChannel extends FileChannel {
    private final FileChannel real;
    private final Path path;
    private final FileFaults faults;

    FaultyFileChannel(FileChannel real, Path path, FileFaults faults) {
        this.real = real;
        this.path = path;
        this.faults = faults;
    }

    /** Half of it, then the fault, then the rest. */
    @Override
    public int write(ByteBuffer source) throws IOException {
        int all = source.remaining();
        ByteBuffer firstHalf = source.duplicate();
        firstHalf.limit(firstHalf.position() + all / 2);
        while (firstHalf.hasRemaining()) {
            real.write(firstHalf);
        }
        source.position(firstHalf.position());
        faults.at(Step.HALF, path);
        while (source.hasRemaining()) {
            real.write(source);
        }
        return all;
    }

    /** Goes no further: tests kill processes but cut no power, and a disk takes milliseconds each time. */
    @Override
    public void force(boolean metaData) throws IOException {
        faults.at(Step.FORCE, path);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return real.read(targets, offset, length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long written = 0;
        for (int i = offset; i < offset + length; i++) {
            written += write(sources[i]);
        }
        return written;
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        real.truncate(size);
        return this;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return real.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        faults.at(Step.HALF, path);
        return real.transferFrom(source, position, count);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return real.read(target, position);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        faults.at(Step.HALF, path);
        return real.write(source, position);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        return real.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
