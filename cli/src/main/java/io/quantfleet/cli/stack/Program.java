package io.quantfleet.cli.stack;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process to run.
 *
 * @param name unique among the processes of a stack
 * @param command what to start
 * @param environment added to the inherited one
 * @param log where its output is appended
 * @param health answers 200 once it is ready; without one, it is ready when it runs
 * @param startLimit how long it may take to become ready
 * @param stopLimit how long it may take to end when asked to, before it is killed
 */
public record Program(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path log,
        Optional<URI> health,
        Duration startLimit,
        Duration stopLimit) {
    public Program {
        if (name.isBlank() || command.isEmpty()) {
            throw new IllegalArgumentException("a program needs a name and a command: '" + name + "' " + command);
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
