package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a stack is to be.
 *
 * @param dataDirectory where it keeps everything
 * @param httpPort the port of the console and REST API, if it must be a certain one
 * @param workers how many quantization workers run, 0 to 64
 * @param controlPlane variables of the control plane's environment that are not as usual
 */
public record StackOptions(Path dataDirectory, OptionalInt httpPort, int workers, Map<String, String> controlPlane) {
    public StackOptions {
        if (workers < 0 || workers > 64) {
            throw new CliException("--workers must be 0 to 64, not " + workers);
        }
        controlPlane = Map.copyOf(controlPlane);
    }

    /** With a control plane as usual. */
    public StackOptions(Path dataDirectory, OptionalInt httpPort, int workers) {
        this(dataDirectory, httpPort, workers, Map.of());
    }
}
