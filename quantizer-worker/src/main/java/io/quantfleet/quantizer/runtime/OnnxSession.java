package io.quantfleet.quantizer.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A model loaded in ONNX Runtime on the CPU. It holds memory outside the heap until it is closed. Any number of threads
 * may run it at once.
 */
public final class OnnxSession implements AutoCloseable {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private final Set<String> followsBatch;

    private OnnxSession(OrtEnvironment environment, OrtSession session) throws OrtException {
        this.environment = environment;
        this.session = session;
        this.inputs = specs(session.getInputInfo());
        this.outputs = specs(session.getOutputInfo());
        this.followsBatch = followsBatch(session);
    }

    /** What decides how this machine rounds: the version of ONNX Runtime, and the kind of processor. */
    public static String kernels() {
        return OrtEnvironment.getEnvironment().getVersion() + " " + System.getProperty("os.arch")
                + (HostProcessor.saturates() ? " saturating" : "");
    }

    /**
     * Loads the model in a file, together with its external data.
     *
     * @throws QuantizerException if ONNX Runtime refuses the model
     */
    public static OnnxSession open(Path model, RuntimeOptions options) {
        return open(
                model.toString(),
                options,
                (environment, settings) -> environment.createSession(model.toString(), settings));
    }

    /**
     * Loads a serialized model that carries all its data.
     *
     * @param model a direct buffer; not needed any more once this returns
     * @throws QuantizerException if ONNX Runtime refuses the model
     */
    public static OnnxSession open(ByteBuffer model, RuntimeOptions options) {
        return open("in memory", options, (environment, settings) -> environment.createSession(model, settings));
    }

    /**
     * Loads a serialized model whose external tensors are given apart from it.
     *
     * @param model a direct buffer; not needed any more once this returns
     * @param external by name, the data of all tensors that the model says are external. Nothing is copied: it must stay as it
     *     is until the session is closed
     * @throws QuantizerException if ONNX Runtime refuses the model
     */
    public static OnnxSession open(ByteBuffer model, RuntimeOptions options, Map<String, HostTensor> external) {
        return open("in memory", options, (environment, settings) -> {
            try (OrtTensors views = new OrtTensors(environment)) {
                Map<String, OnnxTensorLike> tensors = new LinkedHashMap<>();
                for (Map.Entry<String, HostTensor> tensor : external.entrySet()) {
                    tensors.put(tensor.getKey(), views.over(tensor.getValue()));
                }
                settings.addExternalInitializers(tensors);
                return environment.createSession(model, settings);
            }
        });
    }

    private static OnnxSession open(String what, RuntimeOptions options, Loader loader) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        try {
            return open(environment, options, loader);
        } catch (OrtException e) {
            return secondAttempt(what, environment, options, loader, e);
        }
    }

    // ONNX Runtime fails to make weights unsigned where two layers share one. Signed kernels do without that, but
    // saturate on some processors; there such a model is computed in floats.
    private static OnnxSession secondAttempt(
            String what, OrtEnvironment environment, RuntimeOptions options, Loader loader, OrtException first) {
        OrtException failure = first;
        if (!options.signedKernels()
                && first.getMessage() != null
                && first.getMessage().contains("Attempt to replace")) {
            try {
                return open(
                        environment,
                        HostProcessor.saturates()
                                ? options.withOptimization(RuntimeOptions.Optimization.BASIC)
                                : options.withSignedKernels(),
                        loader);
            } catch (OrtException second) {
                failure = second;
            }
        }
        throw new QuantizerException(
                ReasonCode.QUANTIZATION_FAILED,
                "ONNX Runtime does not load the model " + what + ": " + failure.getMessage(),
                failure);
    }

    private static OnnxSession open(OrtEnvironment environment, RuntimeOptions options, Loader loader)
            throws OrtException {
        try (OrtSession.SessionOptions settings = settings(options)) {
            return wrap(environment, loader.load(environment, settings));
        }
    }

    // A session whose inputs can't be described is closed before the failure goes on.
    private static OnnxSession wrap(OrtEnvironment environment, OrtSession session) throws OrtException {
        try {
            return new OnnxSession(environment, session);
        } catch (OrtException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** The settings of a session that is opened without second attempts. */
    static OrtSession.SessionOptions settings(RuntimeOptions options) throws OrtException {
        OrtSession.SessionOptions settings = new OrtSession.SessionOptions();
        settings.setIntraOpNumThreads(options.threads());
        settings.setInterOpNumThreads(1);
        // What fails comes back as an exception.
        settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        // Idle threads sleep unless told otherwise: a worker shares its machine with others.
        settings.addConfigEntry("session.intra_op.allow_spinning", options.spinning() ? "1" : "0");
        if (!options.prepacking()) {
            settings.addConfigEntry("session.disable_prepacking", "1");
        }
        if (options.signedKernels()) {
            settings.addConfigEntry("session.qdqisint8allowed", "1");
        } else if (HostProcessor.saturates()) {
            // ONNX Runtime makes signed weights unsigned then, which is exact, but slow where it is not needed. It
            // fails on some models together with the other.
            settings.addConfigEntry("session.x64quantprecision", "1");
        }
        settings.setOptimizationLevel(
                switch (options.optimization()) {
                    case NONE -> OrtSession.SessionOptions.OptLevel.NO_OPT;
                    case BASIC -> OrtSession.SessionOptions.OptLevel.BASIC_OPT;
                    case EXTENDED -> OrtSession.SessionOptions.OptLevel.EXTENDED_OPT;
                    case ALL -> OrtSession.SessionOptions.OptLevel.ALL_OPT;
                });
        if (options.optimizedModel().isPresent()) {
            settings.setOptimizedModelFilePath(options.optimizedModel().get().toString());
        }
        return settings;
    }

    private static List<TensorSpec> specs(Map<String, NodeInfo> infos) {
        List<TensorSpec> specs = new ArrayList<>();
        for (NodeInfo info : infos.values()) {
            if (!(info.getInfo() instanceof TensorInfo tensor)) {
                throw new QuantizerException(
                        ReasonCode.MODEL_MALFORMED, "input or output " + info.getName() + " is not a tensor");
            }
            specs.add(new TensorSpec(info.getName(), OrtTensors.type(info.getName(), tensor), list(tensor.getShape())));
        }
        return List.copyOf(specs);
    }

    // Outputs whose first dimension has the name of the inputs' first. Another, such as batch times heads, has another.
    private static Set<String> followsBatch(OrtSession session) throws OrtException {
        Set<String> batchNames = new HashSet<>();
        session.getInputInfo().values().forEach(info -> firstDimension(info).ifPresent(batchNames::add));
        Set<String> names = new HashSet<>();
        for (NodeInfo info : session.getOutputInfo().values()) {
            firstDimension(info).filter(batchNames::contains).ifPresent(name -> names.add(info.getName()));
        }
        return names;
    }

    private static Optional<String> firstDimension(NodeInfo info) {
        return info.getInfo() instanceof TensorInfo tensor && tensor.getDimensionNames().length > 0
                ? Optional.of(tensor.getDimensionNames()[0]).filter(name -> !name.isEmpty())
                : Optional.empty();
    }

    static List<Long> list(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    /** The model's inputs, in its order. */
    public List<TensorSpec> inputs() {
        return inputs;
    }

    /** The model's outputs, in its order. */
    public List<TensorSpec> outputs() {
        return outputs;
    }

    /**
     * Whether ONNX Runtime infers an output's whole shape from the model: each dimension is fixed, or is the first and that of
     * the inputs' batch.
     */
    public boolean infersShape(TensorSpec output) {
        List<Long> shape = output.shape();
        // A tensor of unknown rank looks like a scalar.
        return !shape.isEmpty()
                && shape.stream().skip(1).allMatch(size -> size >= 0)
                && (shape.get(0) >= 0 || followsBatch.contains(output.name()));
    }

    /**
     * Runs the model once on tensors of any shape.
     *
     * @param tensors a tensor for each input
     * @param wanted the outputs to compute
     * @return copies of the outputs, in the order of {@code wanted}
     * @throws QuantizerException if ONNX Runtime fails
     */
    public Map<String, HostTensor> run(Map<String, HostTensor> tensors, Set<String> wanted) {
        Map<String, HostTensor> copies = new LinkedHashMap<>();
        run(
                tensors,
                wanted,
                output -> copies.put(output.spec().name(), output.elements().get()));
        return copies;
    }

    /**
     * Runs the model once and shows its outputs where they lie. Outputs that are no tensors, or tensors of a type
     * without an {@link ElementType}, are passed over.
     *
     * @param visitor gets each output, which is gone when it returns
     */
    public void run(Map<String, HostTensor> tensors, Set<String> wanted, Consumer<OutputView> visitor) {
        try (OrtTensors natives = new OrtTensors(environment)) {
            Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
            for (Map.Entry<String, HostTensor> entry : tensors.entrySet()) {
                feeds.put(entry.getKey(), natives.over(entry.getValue()));
            }
            try (OrtSession.Result result = session.run(feeds, wanted)) {
                for (String name : wanted) {
                    OrtTensors.view(name, result.get(name).orElseThrow()).ifPresent(visitor);
                }
            }
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /**
     * A batch of samples to be filled and run again and again.
     *
     * @param samples the most samples in one run; a model with a fixed first dimension takes exactly that many
     * @throws QuantizerException if an input has no batch axis, or a dynamic one besides it
     */
    public Batch newBatch(int samples) {
        return new Batch(environment, session, inputs, outputs, followsBatch, samples);
    }

    static QuantizerException failed(OrtException e) {
        return new QuantizerException(
                ReasonCode.QUANTIZATION_FAILED, "ONNX Runtime failed to run the model: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    private interface Loader {
        OrtSession load(OrtEnvironment environment, OrtSession.SessionOptions settings) throws OrtException;
    }
}
