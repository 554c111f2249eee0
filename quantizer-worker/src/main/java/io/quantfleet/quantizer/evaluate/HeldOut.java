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
 * costs no more than running it. They are neither those that ranges were found with nor those that a verdict rests on. For
 * use by one thread.
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
        try (BatchDecoder decoder = new BatchDecoder(samples, description.inputs(), BATCH, threads)) {
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

    private List<float[]> scores(OnnxModel model) {
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(threads))) {
            ScoreReader reader = new ScoreReader(session, description, BATCH);
            return batches.stream().map(reader::scores).toList();
        }
    }

    /** Runs a model on the samples and compares it with FP32. */
    public Fidelity compare(OnnxModel variant) {
        List<float[]> actual = scores(variant);
        int width = description.labels().size();
        OutputComparison outputs = new OutputComparison(samples.size());
        double divergence = 0;
        int right = 0;
        int agreed = 0;
        for (int b = 0; b < actual.size(); b++) {
            for (int i = 0; i < batches.get(b).count(); i++) {
                int sample = batches.get(b).first() + i;
                float[] fp32 = expected.get(b);
                outputs.add(sample, fp32, actual.get(b), i * width, width);
                divergence += Divergence.of(fp32, actual.get(b), i * width, width);
                int reference = OutputComparison.largest(fp32, i * width, width);
                int chosen = outputs.chosen().of(sample);
                agreed += reference == chosen ? 1 : 0;
                right += (reference == samples.label(sample) ? 1 : 0) - (chosen == samples.label(sample) ? 1 : 0);
            }
        }
        double count = samples.size();
        return new Fidelity(
                outputs.sqnrDb(), divergence / count, agreed / count, 100 * right / count, samples.size());
    }
}
