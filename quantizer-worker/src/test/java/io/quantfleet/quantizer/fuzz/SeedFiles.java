package io.quantfleet.quantizer.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the valid files that a fuzzer starts from. */
public final class SeedFiles {
    private SeedFiles() {}

    public static void write(Path folder, List<byte[]> seeds) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(folder.resolve("seed-" + i), seeds.get(i));
        }
    }
}
