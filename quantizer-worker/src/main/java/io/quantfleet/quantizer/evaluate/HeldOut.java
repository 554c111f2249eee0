package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples to choose between variants by: decoded once and kept in memory, with FP32's output, so that trying a variant
 * costs no more than running it. They are neither those that ranges were found with nor those that a verdict rests on. Any
 * number of threads may compare at once.
 */
public final class HeldOut {
    private static final int BATCH = 16;

    private final ModelDescription description;
    private final LabelledSamples samples;
    private final int threads;
    private final List<DecodedBatch> batches = new ArrayList<>();
    private final List<float[]> expected;

    /**
     * Decodes samples and runs FP32 on them.
     *
     * @param fp32 the original
     * @throws io.quantfleet.quantizer.QuantizerException if a sample can't be read or the model fails
     */
    public HeldOut(OnnxModel fp32, ModelDescription description, LabelledSamples samples, int threads) {
        this.description = description;
        this.samples = samples;
        this.threads = threads;
        try (BatchDecoder decoder = new BatchDecoder(samples, description.inputs(), batch(), threads)) {
            while (decoder.hasNext()) {
                batches.add(decoder.next());
            }
        }
        this.expected = scores(fp32);
    }

    /** How many samples there are. */
    public int size() {
        return samples.size();
    }

    private int batch() {
        return ScoreReader.batchSize(description, BATCH);
    }

    private List<float[]> scores(OnnxModel model) {
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(threads))) {
            ScoreReader reader = new ScoreReader(session, description, batch());
            return batches.stream().map(reader::scores).toList();
        }
    }

    /** Runs a model on the samples and compares it with FP32. */
    public Fidelity compare(OnnxModel variant) {
        List<float[]> actual = scores(variant);
        FidelityMeter meter = new FidelityMeter(samples, description);
        for (int b = 0; b < actual.size(); b++) {
            DecodedBatch batch = batches.get(b);
            meter.add(batch.first(), batch.count(), expected.get(b), actual.get(b));
        }
        return meter.fidelity();
    }
}
