package io.quantfleet.agent.state;

import io.quantfleet.agent.AgentException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The agent's directory, held by this process until it is closed.
 *
 * <pre>
 * lock                 locked while an agent runs
 * VERSION              which layout this is
 * identity             who the device is, and its credential
 * journal              how the latest deployment stands, reports not yet delivered
 * starts               how often the agent died while the model that serves had not yet settled
 * deployment.manifest  the latest accepted manifest, as signed
 * chunks/              fetched pieces of the artifacts under way
 * slots/a, slots/b     the model that serves, and the one before it or the next
 * slots/current        which of them serves
 * telemetry/           windows not yet delivered
 * runtime/             ONNX Runtime's libraries
 * inference-port       where programs on the device find the inference API, while it runs
 * </pre>
 */
public final class StateDirectory implements Closeable {
    static final String STAMP = "quantfleet-agent-state 1";

    private final Path root;
    private final FileChannel lock;

    private StateDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * Takes the directory, creating it if it isn't there.
     *
     * @throws AgentException if another agent runs on it, it belongs to something else or to another version, or it
     *     can't be written; the message says which
     */
    public static StateDirectory open(Path root) {
        try {
            DurableFiles.createDirectory(root);
            requireOurs(root);
            FileChannel lock =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(lock)) {
                lock.close();
                throw new AgentException("state directory " + root + " is in use by another agent that is running;"
                        + " give each agent a --state-dir of its own");
            }
            DurableFiles.write(root.resolve("VERSION"), (STAMP + "\n").getBytes(StandardCharsets.UTF_8));
            return new StateDirectory(root, lock);
        } catch (IOException e) {
            throw new AgentException("state directory " + root + " can't be used: " + describe(e), e);
        }
    }

    /** A file directly in the directory. */
    public Path file(String name) {
        return root.resolve(name);
    }

    /** A directory directly in the directory, created if it isn't there. */
    public Path directory(String name) throws IOException {
        Path directory = root.resolve(name);
        DurableFiles.createDirectory(directory);
        return directory;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static void requireOurs(Path root) throws IOException {
        Optional<String> stamp = DurableFiles.read(root.resolve("VERSION"))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
        if (stamp.isPresent()) {
            if (!stamp.get().equals(STAMP)) {
                throw new AgentException(
                        "state directory " + root + " is of another version ('" + stamp.get() + "', this agent writes '"
                                + STAMP + "'); run the agent that wrote it, or give a new directory");
            }
            return;
        }
        try (Stream<Path> entries = Files.list(root)) {
            if (entries.anyMatch(
                    entry -> !entry.getFileName().toString().equals("lock") && !DurableFiles.isUnfinished(entry))) {
                throw new AgentException("state directory " + root
                        + " has files in it that are not an agent's; give an empty or a new directory");
            }
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException heldInThisProcess) {
            return false;
        }
    }

    private static String describe(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
