package io.quantfleet.agent.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows other programs on the device, a container's health check above all, that the agent is alive. */
final class HealthFile {
    private static final Logger LOG = LoggerFactory.getLogger(HealthFile.class);

    private final Path path;

    HealthFile(Path path) {
        this.path = path;
    }

    /** Writes the file anew. */
    void touch(String serving) {
        try {
            Files.writeString(path, serving + System.lineSeparator());
        } catch (IOException e) {
            LOG.warn("the health file can't be written path={}: {}", path, e.toString());
        }
    }
}
