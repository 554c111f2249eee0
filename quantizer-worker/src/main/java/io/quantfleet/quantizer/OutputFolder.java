package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that gets all files of a request or none of them: they are made in a hidden folder inside it and moved
 * when all are done. Closing removes that folder, and what was made of the directory itself if nothing came into it. A folder
 * whose process was killed is removed by the next one that writes here: whoever is alive holds a lock in his.
 */
final class OutputFolder implements AutoCloseable {
    private static final String PREFIX = ".quantfleet-";
    private static final String LOCK = ".lock";

    private final Path folder;
    private final Deque<Path> made = new ArrayDeque<>();
    private final Path staging;
    private final FileChannel lock;

    /**
     * Makes the directory, with those above it, where it is not there.
     *
     * @throws QuantizerException if it can't be written to
     */
    OutputFolder(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
        try {
            make(this.folder);
            removeLeftovers();
            // Nobody takes it for a leftover before it is locked.
            Path unlocked = Files.createTempDirectory(this.folder, ".new-");
            this.lock = FileChannel.open(unlocked.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock.lock();
            this.staging = Files.move(
                    unlocked, this.folder.resolve(PREFIX + unlocked.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            removeMade();
            throw failed("can't write to the output directory " + folder, e);
        }
    }

    private void removeLeftovers() throws IOException {
        try (DirectoryStream<Path> others = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path other : others) {
                if (abandoned(other)) {
                    delete(other);
                }
            }
        }
    }

    private static boolean abandoned(Path staging) throws IOException {
        try (FileChannel channel = FileChannel.open(staging.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            return held != null;
        } catch (OverlappingFileLockException | NoSuchFileException e) {
            // Another request of this process works there, or one has just removed it.
            return false;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> left = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) left.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(path);
            }
        }
    }

    private void make(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (Files.isDirectory(directory)) {
            return;
        }
        if (parent != null) {
            make(parent);
        }
        if (Files.exists(directory)) {
            throw new NotDirectoryException(directory + " is a file; name another directory");
        }
        Files.createDirectory(directory);
        made.push(directory);
    }

    /** Where to make a file of this name. */
    Path staged(String name) {
        return staging.resolve(name);
    }

    /** Makes a file of text. */
    void write(String name, String text) {
        try {
            Files.writeString(staged(name), text);
        } catch (IOException e) {
            throw failed("can't write " + name + " into " + folder, e);
        }
    }

    /** Where a file of this name will be once all are done. */
    Path published(String name) {
        return folder.resolve(name);
    }

    /** Moves the files to their places, replacing those of earlier runs. */
    void publish(List<String> names) {
        try {
            for (String name : names) {
                Files.move(
                        staged(name),
                        published(name),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw failed("can't move variants into " + folder, e);
        }
    }

    /**
     * Moves a model and the file with its tensors to their places. Whoever is interrupted in between leaves no model, never
     * an earlier one with the tensors of this one.
     */
    void publishWithData(String name, String data) {
        try {
            Files.deleteIfExists(published(name));
        } catch (IOException e) {
            throw failed("can't replace " + published(name), e);
        }
        publish(List.of(data, name));
    }

    @Override
    public void close() {
        try (lock) {
            delete(staging);
        } catch (IOException | UncheckedIOException e) {
            throw new QuantizerException(
                    ReasonCode.STORAGE_FAILED, "can't remove " + staging + "; remove it: " + e.getMessage(), e);
        } finally {
            removeMade();
        }
    }

    private void removeMade() {
        try {
            for (Path directory : made) {
                Files.deleteIfExists(directory);
            }
        } catch (DirectoryNotEmptyException e) {
            // Variants are in it: it stays, and so do those above it.
        } catch (IOException e) {
            throw failed("can't remove the empty directory " + made.peek(), e);
        }
    }

    private static QuantizerException failed(String what, IOException e) {
        return new QuantizerException(
                ReasonCode.STORAGE_FAILED, what + ": " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
    }
}
