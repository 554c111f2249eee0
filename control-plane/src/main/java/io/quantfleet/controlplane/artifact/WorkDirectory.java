package io.quantfleet.controlplane.artifact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/** Where files are that are needed for a moment: on disk beside the object store, not in a /tmp that may be memory. */
public final class WorkDirectory {
    private static final Duration LEFT_BEHIND = Duration.ofDays(1);

    private final Path directory;

    /** Makes the directory, and deletes what processes that died left in it long ago. */
    public WorkDirectory(Path directory, Instant now) throws IOException {
        this.directory = Files.createDirectories(directory);
        FileTime old = FileTime.from(now.minus(LEFT_BEHIND));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (Files.getLastModifiedTime(file).compareTo(old) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** An empty file with a name of its own; the caller deletes it. */
    public Path newFile(String purpose) throws IOException {
        return Files.createTempFile(directory, purpose + "-", ".part");
    }
}
