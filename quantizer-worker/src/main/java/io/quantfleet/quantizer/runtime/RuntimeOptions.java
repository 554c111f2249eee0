package io.quantfleet.quantizer.runtime;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a model is loaded.
 *
 * @param threads how many threads compute one run
 * @param optimization how far ONNX Runtime rewrites the graph before it runs it
 * @param optimizedModel where to leave the rewritten graph, if it is wanted
 */
public record RuntimeOptions(int threads, Optimization optimization, Optional<Path> optimizedModel) {

    /** How far ONNX Runtime rewrites a graph. Only {@link #ALL} and {@link #EXTENDED} choose int8 kernels. */
    public enum Optimization {
        NONE,
        BASIC,
        EXTENDED,
        ALL
    }

    public RuntimeOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
    }

    /** Full optimisation with this many threads: how devices run a model. */
    public static RuntimeOptions threads(int threads) {
        return new RuntimeOptions(threads, Optimization.ALL, Optional.empty());
    }

    /** The same with another optimisation. */
    public RuntimeOptions withOptimization(Optimization other) {
        return new RuntimeOptions(threads, other, optimizedModel);
    }

    /** The same, leaving the rewritten graph at {@code path}. */
    public RuntimeOptions withOptimizedModel(Path path) {
        return new RuntimeOptions(threads, optimization, Optional.of(path));
    }
}
