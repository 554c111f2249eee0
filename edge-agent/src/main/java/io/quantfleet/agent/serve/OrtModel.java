package io.quantfleet.agent.serve;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.quantfleet.protocols.v1.ProbeInput;
import io.quantfleet.protocols.v1.ProbeSet;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in ONNX Runtime, on one thread where it is the CPU. The file is read by the runtime itself and the inputs are filled in
 * place, so the Java heap stays small whatever the model's size.
 */
public final class OrtModel implements Model {
    private static final Logger LOG = LoggerFactory.getLogger(OrtModel.class);

    private final OrtSession session;
    private final ProbeSet probeSet;
    private final ProbeAnswers answers;
    private final List<InputFiller> fillers = new ArrayList<>();
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Optional<Predictor> predictor;

    private final String executionProvider;
    private final Supplier<OptionalLong> memory;

    private OrtModel(
            OrtSession session,
            ProbeSet probeSet,
            ProbeAnswers answers,
            Optional<Predictor> predictor,
            String executionProvider,
            Supplier<OptionalLong> memory) {
        this.session = session;
        this.probeSet = probeSet;
        this.answers = answers;
        this.predictor = predictor;
        this.executionProvider = executionProvider;
        this.memory = memory;
    }

    /**
     * Takes over a session.
     *
     * @param memory how much memory it takes by now
     */
    static OrtModel of(
            OrtEnvironment environment,
            OrtSession session,
            ProbeSet probes,
            ProbeAnswers answers,
            String executionProvider,
            Supplier<OptionalLong> memory)
            throws OrtException {
        Optional<Predictor> predictor = predictor(environment, session, probes, answers.areTokens());
        OrtModel model = new OrtModel(session, probes, answers, predictor, executionProvider, memory);
        model.bindInputs(environment);
        return model;
    }

    private static Optional<Predictor> predictor(
            OrtEnvironment environment, OrtSession session, ProbeSet probes, boolean tokens) throws OrtException {
        try {
            return Optional.of(
                    OrtPredictor.of(environment, session, probes.getOutput(), probes.getLabelNamesList(), tokens));
        } catch (ModelException e) {
            LOG.warn("this model answers no requests: {}", e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public int samples() {
        return probeSet.getSamples();
    }

    @Override
    public int answers() {
        return answers.count();
    }

    @Override
    public int label(int answer) {
        return answers.label(answer);
    }

    @Override
    public Answer classify(int answer) {
        return run(answers.sample(answer), (values, classes, nanos) -> {
            Scores scores = Scores.read(values, answers.place(answer) * classes, classes);
            return new Answer(scores.label(), nanos, scores.confidence());
        });
    }

    @Override
    public Check check(int sample) {
        int[] known = answers.of(sample).toArray();
        return run(sample, (values, classes, nanos) -> {
            long right = IntStream.of(known)
                    .filter(answer ->
                            Scores.best(values, answers.place(answer) * classes, classes) == answers.label(answer))
                    .count();
            return new Check((int) right, known.length, nanos);
        });
    }

    @Override
    public boolean choosesTokens() {
        return answers.areTokens();
    }

    /** Reads the scores of one sample: {@code classes} of them for each place. */
    @FunctionalInterface
    private interface ScoreReader<T> {
        T read(FloatBuffer values, int classes, long nanos);
    }

    private <T> T run(int sample, ScoreReader<T> reader) {
        fillers.forEach(filler -> filler.fill(sample));
        long start = System.nanoTime();
        try (OrtSession.Result result = session.run(inputs, Set.of(probeSet.getOutput()))) {
            long nanos = System.nanoTime() - start;
            FloatBuffer values = scores(result);
            return reader.read(values, values.remaining() / answers.places(), nanos);
        } catch (OrtException e) {
            throw new ModelException("the model failed on sample " + sample + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Predictor> predictor() {
        return predictor;
    }

    @Override
    public String executionProvider() {
        return executionProvider;
    }

    @Override
    public OptionalLong memoryBytes() {
        return memory.get();
    }

    @Override
    public void close() {
        try {
            inputs.values().forEach(OnnxTensor::close);
            session.close();
        } catch (OrtException e) {
            throw new ModelException("the model can't be closed: " + e.getMessage(), e);
        }
    }

    private void bindInputs(OrtEnvironment environment) throws OrtException {
        try {
            requireNames();
            ScoreRoom.require(session, probeSet.getOutput(), answers.places());
            for (ProbeInput input : probeSet.getInputsList()) {
                InputFiller filler = InputFiller.of(input, probeSet.getSamples());
                fillers.add(filler);
                inputs.put(input.getName(), tensor(environment, filler));
            }
        } catch (OrtException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void requireNames() throws OrtException {
        Set<String> wanted = session.getInputNames();
        List<String> given =
                probeSet.getInputsList().stream().map(ProbeInput::getName).toList();
        if (!wanted.equals(Set.copyOf(given)) || !session.getOutputNames().contains(probeSet.getOutput())) {
            throw new ModelException("the probe set fills " + given + " and reads '" + probeSet.getOutput()
                    + "', the model takes " + wanted + " and gives " + session.getOutputNames());
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, InputFiller filler) throws OrtException {
        ByteBuffer buffer = filler.buffer();
        return switch (filler.input().getType()) {
            case PROBE_ELEMENT_TYPE_FLOAT32 ->
                OnnxTensor.createTensor(environment, buffer.asFloatBuffer(), filler.shape());
            case PROBE_ELEMENT_TYPE_INT64 ->
                OnnxTensor.createTensor(environment, buffer.asLongBuffer(), filler.shape());
            case PROBE_ELEMENT_TYPE_INT32 -> OnnxTensor.createTensor(environment, buffer.asIntBuffer(), filler.shape());
            case PROBE_ELEMENT_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                throw new ModelException("the probe set's input has an unknown element type");
        };
    }

    private FloatBuffer scores(OrtSession.Result result) {
        Optional<FloatBuffer> scores = result.get(probeSet.getOutput())
                .filter(OnnxTensor.class::isInstance)
                .map(value -> ((OnnxTensor) value).getFloatBuffer());
        if (scores.isEmpty() || !scores.get().hasRemaining()) {
            throw ModelException.of(
                    ErrorKind.OUTPUT, "the model's output '" + probeSet.getOutput() + "' is not a tensor of scores");
        }
        FloatBuffer values = scores.get();
        if (values.remaining() % answers.places() != 0) {
            throw ModelException.of(
                    ErrorKind.OUTPUT,
                    "the model's output '" + probeSet.getOutput() + "' has " + values.remaining()
                            + " scores, which are not as many for each of " + answers.places() + " tokens");
        }
        return values;
    }
}
