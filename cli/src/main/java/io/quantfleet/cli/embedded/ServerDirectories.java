package io.quantfleet.cli.embedded;

import java.nio.file.Path;

/**
 * Where the embedded servers keep their data.
 *
 * @param root holds one directory per server
 * @param binaries PostgreSQL's unpacked binaries, which data directories of one user share
 */
public record ServerDirectories(Path root, Path binaries) {
    /** PostgreSQL's data. */
    public Path postgres() {
        return root.resolve("postgres");
    }

    /** Kafka's settings and logs. */
    public Path kafka() {
        return root.resolve("kafka");
    }

    /** The MQTT broker's settings, sessions and retained messages. */
    public Path mqtt() {
        return root.resolve("mqtt");
    }
}
