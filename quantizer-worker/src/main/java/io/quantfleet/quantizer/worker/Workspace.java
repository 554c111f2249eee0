package io.quantfleet.quantizer.worker;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One job's directory, which goes with all it holds when it is closed. */
final class Workspace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workspace.class);

    private final Path root;

    Workspace(Path root) {
        this.root = root;
    }

    /** An empty directory for one purpose. */
    Path directory(String purpose) throws IOException {
        return Files.createDirectory(root.resolve(purpose));
    }

    /** What is said of files in it, as those may read it who never see this machine. */
    String withoutItsPath(String text) {
        return text.replace(root + File.separator, "");
    }

    @Override
    public void close() {
        try {
            deleteTree(root);
        } catch (IOException e) {
            // The next start of a worker tries again.
            LOG.warn("a job's directory could not be removed: directory={}", root, e);
        }
    }

    /** Deletes a directory with all it holds; links are deleted, not followed. */
    static void deleteTree(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
