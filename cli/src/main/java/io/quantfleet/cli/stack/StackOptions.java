package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What a stack is to be.
 *
 * @param dataDirectory where it keeps everything
 * @param httpPort the port of the console and REST API, if it must be a certain one
 * @param workers how many quantization workers run, 0 to 64
 */
public record StackOptions(Path dataDirectory, OptionalInt httpPort, int workers) {
    public StackOptions {
        if (workers < 0 || workers > 64) {
            throw new CliException("--workers must be 0 to 64, not " + workers);
        }
    }
}
