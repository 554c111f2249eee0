package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for a stack that nobody looks at afterwards. */
public final class TemporaryDirectory {
    private TemporaryDirectory() {}

    /** A new one. */
    public static Path create() {
        try {
            return Files.createTempDirectory("quantfleet-");
        } catch (IOException e) {
            throw new CliException("can't create a temporary directory: " + e.getMessage(), e);
        }
    }

    /** Deletes it with everything in it; what can't be deleted stays, and nothing is done if it is gone. */
    public static void delete(Path directory) {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.err.println("quantfleet: can't delete " + directory + ": " + e.getMessage());
        }
    }
}
