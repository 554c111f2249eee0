package io.quantfleet.agent.serve;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;

/**
 * Opens models in ONNX Runtime as a small board runs them: on one thread, without memory kept in reserve.
 *
 * @param saturates whether this processor's sums of products of an unsigned and a signed byte saturate
 */
record OrtSessions(boolean saturates) {
    static OrtSessions ofThisMachine() {
        return new OrtSessions(HostProcessor.saturates(System.getProperty("os.arch", ""), Path.of("/proc/cpuinfo")));
    }

    /** Opens the model in a file. */
    OrtSession open(OrtEnvironment environment, Path model, ExecutionProvider provider) throws OrtException {
        try {
            return open(environment, model, provider, OptLevel.ALL_OPT);
        } catch (OrtException e) {
            // ONNX Runtime fails to make weights unsigned where two layers share one: such a model computes in floats.
            if (saturates && e.getMessage() != null && e.getMessage().contains("Attempt to replace")) {
                return open(environment, model, provider, OptLevel.BASIC_OPT);
            }
            throw e;
        }
    }

    private OrtSession open(OrtEnvironment environment, Path model, ExecutionProvider provider, OptLevel optimization)
            throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(optimization);
            // The arena keeps what the largest inference needed for ever; on a small board the allocator's few
            // microseconds are the better price.
            options.setCPUArenaAllocator(false);
            if (saturates) {
                // Weights are made unsigned, too: the kernels for two unsigned bytes are slower, and don't overflow.
                options.addConfigEntry("session.x64quantprecision", "1");
            }
            provider.addTo(options);
            return environment.createSession(model.toString(), options);
        }
    }
}
