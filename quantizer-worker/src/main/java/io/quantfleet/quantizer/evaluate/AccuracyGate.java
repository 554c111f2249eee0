package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.Task;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.Optional;

/**
 * Measures accuracy on the validation samples, and nothing else, one variant at a time. FP32 is run once, when the first
 * is measured. For use by one thread.
 */
public final class AccuracyGate {
    private static final int BATCH = 32;

    private final OnnxModel fp32;
    private final ModelDescription description;
    private final LabelledSamples validation;
    private final int threads;
    private Optional<Predictions> reference = Optional.empty();
    private Optional<Targets> targets = Optional.empty();

    /** @param validation stays open */
    public AccuracyGate(OnnxModel fp32, ModelDescription description, LabelledSamples validation, int threads) {
        this.fp32 = fp32;
        this.description = description;
        this.validation = validation;
        this.threads = threads;
    }

    /**
     * Measures a variant.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if it does not run, or a sample can't be read
     */
    public Accuracy measure(OnnxModel variant) {
        Targets answers = targets.orElseGet(() -> new Targets(validation, description));
        targets = Optional.of(answers);
        if (description.task() == Task.LANGUAGE_MODEL) {
            return likelihood(variant, answers);
        }
        Predictions expected = reference.orElseGet(() -> predictions(fp32));
        reference = Optional.of(expected);
        Predictions actual = predictions(variant);
        return new Accuracy(
                expected.accuracy(answers),
                actual.accuracy(answers),
                actual.agreement(expected, answers),
                answers.answers());
    }

    // Distributions over all tokens at all places are too many to be kept: FP32 runs beside each variant.
    private Accuracy likelihood(OnnxModel variant, Targets answers) {
        Predictions expected = new Predictions(new int[answers.size()]);
        Predictions actual = new Predictions(new int[answers.size()]);
        LikelihoodMeter meter = new LikelihoodMeter();
        int width = description.scores();
        int batchSize = batch();
        try (OnnxSession original = OnnxSession.open(fp32.serialized(), RuntimeOptions.threads(threads));
                OnnxSession session = OnnxSession.open(variant.serialized(), RuntimeOptions.threads(threads));
                BatchDecoder decoder = new BatchDecoder(validation, description.inputs(), batchSize, threads)) {
            ScoreReader originals = new ScoreReader(original, description, batchSize);
            ScoreReader variants = new ScoreReader(session, description, batchSize);
            while (decoder.hasNext()) {
                DecodedBatch batch = decoder.next();
                float[] wanted = originals.scores(batch);
                float[] scores = variants.scores(batch);
                int first = batch.first() * answers.places();
                for (int i = 0; i < batch.count() * answers.places(); i++) {
                    expected.set(first + i, OutputComparison.largest(wanted, i * width, width));
                    actual.set(first + i, OutputComparison.largest(scores, i * width, width));
                    meter.add(answers.of(first + i), wanted, scores, i * width, width);
                }
            }
        }
        return new Accuracy(
                expected.accuracy(answers),
                actual.accuracy(answers),
                actual.agreement(expected, answers),
                answers.answers(),
                Optional.of(meter.likelihood()));
    }

    private int batch() {
        return ScoreReader.batchSize(description, BATCH);
    }

    private Predictions predictions(OnnxModel model) {
        Predictions chosen = new Predictions(new int[validation.size()]);
        int width = description.scores();
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(threads));
                BatchDecoder decoder = new BatchDecoder(validation, description.inputs(), BATCH, threads)) {
            ScoreReader reader = new ScoreReader(session, description, BATCH);
            while (decoder.hasNext()) {
                DecodedBatch batch = decoder.next();
                float[] scores = reader.scores(batch);
                for (int i = 0; i < batch.count(); i++) {
                    chosen.set(batch.first() + i, OutputComparison.largest(scores, i * width, width));
                }
            }
        }
        return chosen;
    }
}
