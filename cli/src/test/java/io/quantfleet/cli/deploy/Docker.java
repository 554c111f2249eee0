package io.quantfleet.cli.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the {@code docker} command in the root of the repository, as docker/README.md tells users to. */
final class Docker {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final long LIMIT_MINUTES = 8;

    private Docker() {}

    /** Builds an image from its Dockerfile under {@code docker/}; {@code quantfleet/NAME}. */
    static String build(String name) throws IOException, InterruptedException {
        String image = "quantfleet/" + name;
        run(Map.of(), "docker", "build", "-q", "-f", "docker/" + name + "/Dockerfile", "-t", image, ".");
        return image;
    }

    /** Makes stand-ins for the base images that can't be pulled here. */
    static void prepareBaseImages() throws IOException, InterruptedException {
        run(Map.of(), "docker/stand-ins/build");
    }

    /** {@code docker compose} on docker/compose.yaml, as project {@code project}; returns what it printed. */
    static String compose(String project, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("docker", "compose", "-p", project, "-f", "docker/compose.yaml"));
        command.addAll(Arrays.asList(arguments));
        return run(environment, command.toArray(String[]::new));
    }

    private static String run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("docker", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(REPOSITORY.toFile());
            builder.environment().putAll(environment);
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
            if (!ended) {
                process.destroy();
            }
            String said = Files.readString(log, StandardCharsets.UTF_8);
            if (!ended || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + (ended ? " failed:\n" : " took too long:\n") + said);
            }
            return said;
        } finally {
            Files.deleteIfExists(log);
        }
    }
}
