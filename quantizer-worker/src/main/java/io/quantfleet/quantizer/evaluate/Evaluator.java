package io.quantfleet.quantizer.evaluate;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.ModelInput;
import io.quantfleet.quantizer.dataset.Task;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs an FP32 model and its variants over the same samples, in one pass, and then measures their latency in turns.
 * Memory does not depend on the number of samples but for one number each. For use by one thread.
 */
public final class Evaluator {
    private static final long BATCH_BYTES = 4 << 20;
    private static final int LARGEST_BATCH = 64;
    private static final double ACCURACY_SHARE = 0.7;

    private final ModelDescription description;
    private final LabelledSamples samples;
    private final int threads;
    private final LatencyPlan plan;

    /**
     * Prepares an evaluation.
     *
     * @param samples what to judge by; stays open
     * @param threads for decoding and for the runs that accuracy is taken from; latency is always that of one thread
     * @param plan how latency is measured
     */
    public Evaluator(ModelDescription description, LabelledSamples samples, int threads, LatencyPlan plan) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        this.description = description;
        this.samples = samples;
        this.threads = threads;
        this.plan = plan;
    }

    /**
     * What an evaluation found.
     *
     * @param reference what FP32 chose
     * @param variants in the order in which they were given
     */
    public record Result(Predictions reference, List<Evaluation> variants) {
        public Result {
            variants = List.copyOf(variants);
        }
    }

    /**
     * Evaluates.
     *
     * @param fp32 the original ONNX file
     * @param variants the files made from it
     * @throws QuantizerException if a model does not load or run, or a sample can't be read
     */
    public Result evaluate(Path fp32, List<Path> variants, ProgressListener progress) {
        List<Path> models = new ArrayList<>(List.of(fp32));
        models.addAll(variants);
        Targets targets = new Targets(samples, description);
        Predictions reference = new Predictions(new int[targets.size()]);
        List<Comparison> comparisons = variants.stream()
                .map(variant -> new Comparison(new OutputComparison(targets.size()), new LikelihoodMeter()))
                .toList();
        try (Sessions sessions = Sessions.open(models, RuntimeOptions.threads(threads))) {
            compare(
                    sessions,
                    targets,
                    reference,
                    comparisons,
                    fraction -> progress.progressed(fraction * ACCURACY_SHARE));
        }
        List<Latency> latencies;
        try (Sessions sessions = Sessions.open(models, RuntimeOptions.threads(1))) {
            latencies = new LatencyMeter(
                            samples,
                            plan,
                            System::nanoTime,
                            fraction -> progress.progressed(ACCURACY_SHARE + fraction * (1 - ACCURACY_SHARE)))
                    .measure(sessions.all());
        }
        progress.progressed(1);
        return result(targets, reference, comparisons, latencies);
    }

    /** What a variant has shown until now; the likelihood of a language model only. */
    private record Comparison(OutputComparison outputs, LikelihoodMeter likelihood) {}

    private void compare(
            Sessions sessions,
            Targets targets,
            Predictions reference,
            List<Comparison> comparisons,
            ProgressListener progress) {
        List<ScoreReader> readers = sessions.all().stream()
                .map(session -> new ScoreReader(session, description, batchSize()))
                .toList();
        try (BatchDecoder decoder = new BatchDecoder(samples, description.inputs(), batchSize(), threads)) {
            while (decoder.hasNext()) {
                DecodedBatch batch = decoder.next();
                float[] expected = readers.get(0).scores(batch);
                keepReference(batch, expected, reference);
                for (int variant = 0; variant < comparisons.size(); variant++) {
                    float[] scores = readers.get(variant + 1).scores(batch);
                    compare(batch, targets, expected, scores, comparisons.get(variant));
                }
                progress.progressed((double) (batch.first() + batch.count()) / samples.size());
            }
        }
    }

    private void compare(DecodedBatch batch, Targets targets, float[] expected, float[] scores, Comparison comparison) {
        int width = description.scores();
        int first = batch.first() * targets.places();
        for (int i = 0; i < batch.count() * targets.places(); i++) {
            comparison.outputs().add(first + i, expected, scores, i * width, width);
            if (description.task() == Task.LANGUAGE_MODEL) {
                comparison.likelihood().add(targets.of(first + i), expected, scores, i * width, width);
            }
        }
    }

    private void keepReference(DecodedBatch batch, float[] scores, Predictions reference) {
        int width = description.scores();
        int places = description.places();
        for (int i = 0; i < scores.length; i++) {
            if (!Float.isFinite(scores[i])) {
                throw new QuantizerException(
                        ReasonCode.ACTIVATION_NOT_FINITE,
                        "the FP32 model's output '" + description.output() + "' is " + scores[i] + " for "
                                + samples.name(batch.first() + i / width / places)
                                + "; the model or its normalization (scale, mean, std) is wrong");
            }
        }
        for (int i = 0; i < batch.count() * places; i++) {
            reference.set(batch.first() * places + i, OutputComparison.largest(scores, i * width, width));
        }
    }

    private Result result(
            Targets targets, Predictions reference, List<Comparison> comparisons, List<Latency> latencies) {
        List<Evaluation> evaluations = new ArrayList<>();
        double fp32 = reference.accuracy(targets);
        boolean language = description.task() == Task.LANGUAGE_MODEL;
        for (int i = 0; i < comparisons.size(); i++) {
            OutputComparison comparison = comparisons.get(i).outputs();
            Predictions chosen = comparison.chosen();
            evaluations.add(new Evaluation(
                    new Accuracy(
                            fp32,
                            chosen.accuracy(targets),
                            chosen.agreement(reference, targets),
                            targets.answers(),
                            language
                                    ? Optional.of(
                                            comparisons.get(i).likelihood().likelihood())
                                    : Optional.empty()),
                    comparison.sqnrDb(),
                    comparison.unusable(),
                    latencies.get(0),
                    latencies.get(i + 1),
                    chosen));
        }
        return new Result(reference, evaluations);
    }

    private int batchSize() {
        long sampleBytes =
                description.inputs().stream().mapToLong(ModelInput::sampleBytes).sum();
        return ScoreReader.batchSize(
                description, (int) Math.max(1, Math.min(LARGEST_BATCH, BATCH_BYTES / sampleBytes)));
    }

    /** Sessions that are closed together. */
    private record Sessions(List<OnnxSession> all) implements AutoCloseable {

        static Sessions open(List<Path> models, RuntimeOptions options) {
            Sessions sessions = new Sessions(new ArrayList<>());
            try {
                models.forEach(model -> sessions.all.add(OnnxSession.open(model, options)));
                return sessions;
            } catch (RuntimeException e) {
                sessions.close();
                throw e;
            }
        }

        @Override
        public void close() {
            all.forEach(OnnxSession::close);
        }
    }
}
