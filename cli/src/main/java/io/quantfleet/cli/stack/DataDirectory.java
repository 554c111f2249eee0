package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one directory under which a stack keeps everything. It is stamped with the version of its layout, and locked while
 * it is open: two stacks never share one. The lock goes with its process, however that ends.
 */
public final class DataDirectory implements AutoCloseable {
    static final String VERSION_FILE = "quantfleet-data-version";
    static final String VERSION = "1";
    private static final String LOCK_FILE = "lock";
    // Beyond the holder's pid, so that the pid can be read where locks are mandatory.
    private static final long LOCKED_BYTE = 1024;

    private final Path root;
    private final FileChannel lockFile;

    private DataDirectory(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /** {@code ~/.quantfleet}. */
    public static Path defaultRoot() {
        return Path.of(System.getProperty("user.home"), ".quantfleet");
    }

    /**
     * Opens {@code root}, which is created if need be.
     *
     * @throws CliException if it is in use, is something else's directory, or holds data of another version
     */
    public static DataDirectory open(Path root) {
        Path directory = root.toAbsolutePath().normalize();
        try {
            if (Files.exists(directory) && !Files.isDirectory(directory)) {
                throw new CliException(directory + " is a file; --data-dir needs a directory");
            }
            checkVersion(Files.createDirectories(directory));
            FileChannel lockFile = lock(directory);
            Files.writeString(directory.resolve(VERSION_FILE), VERSION + "\n");
            Files.createDirectories(directory.resolve("logs"));
            return new DataDirectory(directory, lockFile);
        } catch (IOException e) {
            throw new CliException("can't use the data directory " + directory + ": " + e.getMessage(), e);
        }
    }

    /** The directory itself, absolute. */
    public Path root() {
        return root;
    }

    /** A file or directory in it. */
    public Path resolve(String name) {
        return root.resolve(name);
    }

    /** The log of the program {@code name}. */
    public Path log(String name) {
        return root.resolve("logs").resolve(name + ".log");
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void checkVersion(Path directory) throws IOException {
        Path stamp = directory.resolve(VERSION_FILE);
        if (!Files.exists(stamp)) {
            try (Stream<Path> entries = Files.list(directory)) {
                if (entries.anyMatch(entry -> !entry.endsWith(LOCK_FILE))) {
                    throw new CliException(directory
                            + " is not empty and not a Quantfleet data directory; name an empty or a new one");
                }
            }
            return;
        }
        String version = Files.readString(stamp).strip();
        if (!version.equals(VERSION)) {
            throw new CliException("the data in " + directory + " has version " + version + ", this program needs "
                    + VERSION + "; use the program that made it, or another --data-dir");
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        Path file = directory.resolve(LOCK_FILE);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            throw new CliException("the data directory " + directory + " is in use by process "
                    + Files.readString(file).strip() + "; stop that one or name another --data-dir");
        }
        channel.truncate(0);
        channel.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"));
        channel.force(true);
        return channel;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false);
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }
}
