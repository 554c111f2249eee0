package io.quantfleet.quantizer.evaluate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Real models and data sets, which are no part of the repository: tests that need them are skipped without them. */
public final class SharedData {
    private SharedData() {}

    /** The file {@code shared/data/NAME} in the nearest folder above this one that has it. */
    public static Path file(String name) {
        Optional<Path> found = find(name);
        if (found.isEmpty()) {
            System.err.println("SKIPPED: there is no shared/data/" + name + " above "
                    + Path.of("").toAbsolutePath());
        }
        Assumptions.assumeTrue(found.isPresent(), "shared/data/" + name + " is not there");
        return found.orElseThrow();
    }

    private static Optional<Path> find(String name) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path file = folder.resolve("shared/data").resolve(name);
            if (Files.exists(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
