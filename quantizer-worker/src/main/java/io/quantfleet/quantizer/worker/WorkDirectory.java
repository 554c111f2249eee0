package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a worker keeps its jobs' files: {@code worker-ID/} under a directory that workers may share. Each holds a lock on its
 * own for as long as it lives, so what is not locked was left by a worker that died, and is removed at the start of the next
 * one.
 */
final class WorkDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkDirectory.class);
    private static final String PREFIX = "worker-";
    private static final String LOCK = ".lock";

    private final Path shared;
    private final Path own;
    private final FileChannel lock;

    private WorkDirectory(Path shared, Path own, FileChannel lock) {
        this.shared = shared;
        this.own = own;
        this.lock = lock;
    }

    /**
     * Takes {@code worker-ID} under {@code directory} and removes what dead workers left.
     *
     * @throws QuantizerException {@code ILLEGAL_STATE} if a worker with this id is running here
     */
    static WorkDirectory open(Path directory, String workerId) throws IOException {
        Files.createDirectories(directory);
        return inTurn(directory, () -> {
            removeLeftovers(directory);
            Path own = Files.createDirectories(directory.resolve(PREFIX + workerId));
            FileChannel lock = tryLock(own.resolve(LOCK))
                    .orElseThrow(() -> new QuantizerException(
                            ReasonCode.ILLEGAL_STATE,
                            "another worker with the id '" + workerId + "' is running in " + directory
                                    + "; give this one another --worker-id or --work-dir"));
            return new WorkDirectory(directory, own, lock);
        });
    }

    /** Where workers of a directory keep what later jobs may need; it outlives them. */
    static Path cache(Path directory) {
        return directory.resolve("cache");
    }

    /** An empty directory for one job. */
    Workspace openWorkspace() throws IOException {
        return new Workspace(Files.createTempDirectory(own, "job-"));
    }

    @Override
    public void close() throws IOException {
        inTurn(shared, () -> {
            try (lock) {
                Workspace.deleteTree(own);
            }
            return own;
        });
    }

    @FunctionalInterface
    private interface Step<T> {
        T take() throws IOException;
    }

    /** Workers come and go one at a time, or one might remove the directory that another has just made. */
    private static <T> T inTurn(Path directory, Step<T> step) throws IOException {
        // File locks are the process's: the monitor keeps the threads of this one apart.
        synchronized (WorkDirectory.class) {
            try (FileChannel channel = openLock(directory.resolve(LOCK));
                    FileLock turn = channel.lock()) {
                LOG.debug("in turn: lock={}", turn);
                return step.take();
            }
        }
    }

    private static void removeLeftovers(Path directory) throws IOException {
        try (DirectoryStream<Path> workers = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path worker : workers) {
                Optional<FileChannel> lock = tryLock(worker.resolve(LOCK));
                if (lock.isPresent()) {
                    try (FileChannel held = lock.get()) {
                        LOG.info("removing what a dead worker left: directory={} lock={}", worker, held);
                        Workspace.deleteTree(worker);
                    }
                }
            }
        }
    }

    /** The open and locked file, or empty if another has locked it. */
    private static Optional<FileChannel> tryLock(Path file) throws IOException {
        FileChannel channel = openLock(file);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            return locked ? Optional.of(channel) : Optional.empty();
        } catch (OverlappingFileLockException heldInThisProcess) {
            return Optional.empty();
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static FileChannel openLock(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
}
