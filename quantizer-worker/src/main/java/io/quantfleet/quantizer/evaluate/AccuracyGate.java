package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
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
        Predictions expected = reference.orElseGet(() -> predictions(fp32));
        reference = Optional.of(expected);
        Predictions actual = predictions(variant);
        return new Accuracy(
                expected.accuracy(validation),
                actual.accuracy(validation),
                actual.agreement(expected),
                validation.size());
    }

    private Predictions predictions(OnnxModel model) {
        Predictions chosen = new Predictions(new int[validation.size()]);
        int width = description.labels().size();
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
