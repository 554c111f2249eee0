package io.quantfleet.agent.serve;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's environment, one for the process. Since 1.29 the runtime's official builds report to their maker unless
 * the environment variable {@code ORT_DISABLE_TELEMETRY} is set, which no Java program can do for itself: whoever starts
 * the agent should. Where it isn't set, telemetry is switched off as soon as the runtime has started.
 */
final class OrtRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(OrtRuntime.class);
    /**
     * The runtime's telemetry parses the process's command line by recursion as it starts, several hundred bytes of stack
     * for every character: a long class path overflows any usual stack, and takes the process down.
     */
    private static final long START_STACK_BYTES = 64L << 20;

    private static Optional<OrtEnvironment> started = Optional.empty();

    private OrtRuntime() {}

    /**
     * The environment, which is started by the first call.
     *
     * @param libraries where the runtime's libraries are kept; empty to leave that to the runtime
     */
    static synchronized OrtEnvironment environment(Optional<Path> libraries) {
        if (started.isEmpty()) {
            started = Optional.of(startOnLargeStack(libraries));
        }
        return started.get();
    }

    private static OrtEnvironment startOnLargeStack(Optional<Path> libraries) {
        FutureTask<OrtEnvironment> start = new FutureTask<>(() -> start(libraries));
        Thread thread = new Thread(null, start, "ort-start", START_STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            return start.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelException("interrupted while ONNX Runtime started", e);
        } catch (ExecutionException e) {
            throw new ModelException("ONNX Runtime does not run on this machine: " + e.getCause(), e);
        }
    }

    private static OrtEnvironment start(Optional<Path> libraries) throws OrtException {
        libraries.ifPresent(NativeLibraries::provide);
        OrtEnvironment environment =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "quantfleet-agent");
        if (System.getenv("ORT_DISABLE_TELEMETRY") == null) {
            LOG.warn("switching ONNX Runtime's own telemetry off late; set ORT_DISABLE_TELEMETRY=1 where the agent is"
                    + " started to keep it from starting at all");
            environment.setTelemetry(false);
        }
        return environment;
    }
}
