package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Samples to choose between variants by: decoded once and kept in memory, with FP32's output, so that trying a variant
 * costs no more than running it. That is done when the first one is tried; methods that choose nothing are spared it. They
 * are neither those that ranges were found with nor those that a verdict rests on. Any number of threads may compare at
 * once.
 */
public final class HeldOut {
    private static final int BATCH = 16;

    private final OnnxModel fp32;
    private final ModelDescription description;
    private final LabelledSamples samples;
    private final int threads;
    private Optional<Answers> answers = Optional.empty();

    /** Decoded samples, and what FP32 says to them. */
    private record Answers(List<DecodedBatch> batches, List<float[]> expected) {}

    /** @param fp32 the original */
    public HeldOut(OnnxModel fp32, ModelDescription description, LabelledSamples samples, int threads) {
        this.fp32 = fp32;
        this.description = description;
        this.samples = samples;
        this.threads = threads;
    }

    /** How many samples there are. */
    public int size() {
        return samples.size();
    }

    private int batch() {
        return ScoreReader.batchSize(description, BATCH);
    }

    private synchronized Answers answers() {
        Answers known = answers.orElseGet(() -> {
            List<DecodedBatch> batches = decoded();
            return new Answers(batches, scores(fp32, batches));
        });
        answers = Optional.of(known);
        return known;
    }

    private List<DecodedBatch> decoded() {
        List<DecodedBatch> batches = new ArrayList<>();
        try (BatchDecoder decoder = new BatchDecoder(samples, description.inputs(), batch(), threads)) {
            while (decoder.hasNext()) {
                batches.add(decoder.next());
            }
        }
        return batches;
    }

    private List<float[]> scores(OnnxModel model, List<DecodedBatch> batches) {
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(threads))) {
            ScoreReader reader = new ScoreReader(session, description, batch());
            return batches.stream().map(reader::scores).toList();
        }
    }

    /**
     * Runs a model on the samples and compares it with FP32.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if a sample can't be read or a model fails
     */
    public Fidelity compare(OnnxModel variant) {
        Answers known = answers();
        List<float[]> actual = scores(variant, known.batches());
        FidelityMeter meter = new FidelityMeter(samples, description);
        for (int b = 0; b < actual.size(); b++) {
            DecodedBatch batch = known.batches().get(b);
            meter.add(batch.first(), batch.count(), known.expected().get(b), actual.get(b));
        }
        return meter.fidelity();
    }
}
