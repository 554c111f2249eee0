package io.quantfleet.quantizer.fuzz;

import com.sun.management.UnixOperatingSystemMXBean;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Gives bytes to a reader as a file. It may refuse them, but in no other way than it refuses files, and at no great cost. */
public final class FuzzedFile {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final UnixOperatingSystemMXBean SYSTEM =
            (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    /** Other threads may open a few. */
    private static final long MOST_LEFT_OPEN = 100;

    private final Path file;
    private final long mostBytes;
    private final long openBefore;

    /**
     * Prepares a file that every call overwrites.
     *
     * @param suffix of its name
     * @param mostBytes what a reader may allocate for one file
     */
    public FuzzedFile(String suffix, long mostBytes) {
        this.mostBytes = mostBytes;
        this.openBefore = SYSTEM.getOpenFileDescriptorCount();
        try {
            this.file = Files.createTempFile("fuzzed-", suffix);
            this.file.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void give(byte[] bytes, Consumer<Path> reader) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long allocated = allocated(reader);
        // Once more: the first time classes may have been loaded, and instrumented by the fuzzer.
        if (allocated > mostBytes && allocated(reader) > mostBytes) {
            throw new AssertionError("a file of " + bytes.length + " bytes took " + allocated + " bytes to read");
        }
        if (SYSTEM.getOpenFileDescriptorCount() > openBefore + MOST_LEFT_OPEN) {
            throw new AssertionError("files are left open");
        }
    }

    private long allocated(Consumer<Path> reader) {
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        try {
            reader.accept(file);
        } catch (QuantizerException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("refused without a word", e);
            }
        }
        return THREADS.getThreadAllocatedBytes(thread) - before;
    }
}
