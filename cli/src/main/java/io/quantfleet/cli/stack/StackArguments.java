package io.quantfleet.cli.stack;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command which starts a stack has. */
public final class StackArguments {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where everything is kept, and found again at the next start. One stack per directory.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "The port of console and REST API. Default: the one used before, at first a free one.")
    private @Nullable Integer httpPort;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many quantization workers run. Default: ${DEFAULT-VALUE}")
    private int workers;

    /** The stack asked for, in {@code defaultDirectory} unless a directory was named. */
    public StackOptions options(Path defaultDirectory) {
        return new StackOptions(
                namedDirectory().orElse(defaultDirectory),
                httpPort == null ? OptionalInt.empty() : OptionalInt.of(httpPort),
                workers);
    }

    /** The directory that was named. */
    public Optional<Path> namedDirectory() {
        return Optional.ofNullable(dataDirectory);
    }
}
