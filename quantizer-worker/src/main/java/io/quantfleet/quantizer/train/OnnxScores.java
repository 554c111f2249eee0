package io.quantfleet.quantizer.train;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** What a model answers to samples. */
final class OnnxScores {
    private static final int BATCH = 32;

    private final float[][] rows;

    OnnxScores(float[]... rows) {
        this.rows = rows;
    }

    /** The output's elements for a sample. */
    float[] of(int sample) {
        return rows[sample];
    }

    /**
     * Runs a model on all samples.
     *
     * @param listener hears how many samples are done
     */
    static OnnxScores of(OnnxModel model, String output, LabelledSamples samples, int threads, IntConsumer listener) {
        float[][] rows = new float[samples.size()][];
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(threads))) {
            Batch batch = session.newBatch(Math.min(BATCH, samples.size()));
            for (int first = 0; first < rows.length; first += batch.capacity()) {
                int count = Math.min(batch.capacity(), rows.length - first);
                batch.fill(samples, first, count);
                batch.run(count);
                HostTensor result = batch.output(output);
                float[] all = result.floats();
                int width = all.length / Math.toIntExact(result.shape().get(0));
                for (int i = 0; i < count; i++) {
                    rows[first + i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
                }
                listener.accept(first + count);
            }
        }
        return new OnnxScores(rows);
    }

    /** The fraction of samples for which the highest score is that of the label. */
    double accuracy(LabelledSamples samples) {
        int right = 0;
        for (int i = 0; i < rows.length; i++) {
            right += best(rows[i]) == samples.label(i) ? 1 : 0;
        }
        return (double) right / rows.length;
    }

    /** The fraction of samples for which the highest score is that of another model. */
    double agreement(OnnxScores other) {
        int same = 0;
        for (int i = 0; i < rows.length; i++) {
            same += best(rows[i]) == best(other.rows[i]) ? 1 : 0;
        }
        return (double) same / rows.length;
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }
}
