package io.quantfleet.quantizer.runtime;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a model is loaded.
 *
 * @param threads how many threads compute one run
 * @param optimization how far ONNX Runtime rewrites the graph before it runs it
 * @param optimizedModel where to leave the rewritten graph, if it is wanted
 * @param signedKernels whether signed activations get int8 kernels even if this processor is slow at them, as they do on
 *     ARM; otherwise whatever is exact and fast here
 * @param spinning whether threads without work keep a processor busy for a while rather than sleep: faster for one run
 *     alone, at the expense of everything beside it
 * @param prepacking whether weights are copied into the order in which kernels read them, once and for all runs
 */
public record RuntimeOptions(
        int threads,
        Optimization optimization,
        Optional<Path> optimizedModel,
        boolean signedKernels,
        boolean spinning,
        boolean prepacking) {

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
        return new RuntimeOptions(threads, Optimization.ALL, Optional.empty(), false, false, true);
    }

    /** The same with another optimisation. */
    public RuntimeOptions withOptimization(Optimization other) {
        return new RuntimeOptions(threads, other, optimizedModel, signedKernels, spinning, prepacking);
    }

    /** The same, leaving the rewritten graph at {@code path}. */
    public RuntimeOptions withOptimizedModel(Path path) {
        return new RuntimeOptions(threads, optimization, Optional.of(path), signedKernels, spinning, prepacking);
    }

    /** The same with int8 kernels for signed activations, whatever this processor is good at. */
    public RuntimeOptions withSignedKernels() {
        return new RuntimeOptions(threads, optimization, optimizedModel, true, spinning, prepacking);
    }

    /** The same with threads that spin while they wait, as ONNX Runtime has them unless told otherwise. */
    public RuntimeOptions withSpinning() {
        return new RuntimeOptions(threads, optimization, optimizedModel, signedKernels, true, prepacking);
    }

    /** The same without copies of weights, for a few runs. */
    public RuntimeOptions withoutPrepacking() {
        return new RuntimeOptions(threads, optimization, optimizedModel, signedKernels, spinning, false);
    }
}
