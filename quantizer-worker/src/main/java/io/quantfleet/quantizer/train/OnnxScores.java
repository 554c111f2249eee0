package io.quantfleet.quantizer.train;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** What a model answers to samples, each of which has scores at one place or at several. */
final class OnnxScores {
    private static final int BATCH = 32;

    private final int places;
    private final float[][] rows;

    /**
     * Scores.
     *
     * @param places how many places of a sample have scores
     * @param rows by sample, the scores of one place after another
     */
    OnnxScores(int places, float[]... rows) {
        this.places = places;
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
    static OnnxScores of(
            OnnxModel model, ModelDescription description, LabelledSamples samples, int threads, IntConsumer listener) {
        String output = description.output();
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
        return new OnnxScores(description.places(), rows);
    }

    /** The fraction of places with a right answer for which the highest score is that answer's. */
    double accuracy(LabelledSamples samples) {
        int right = 0;
        int known = 0;
        for (int i = 0; i < rows.length; i++) {
            int[] targets = samples.targets(i);
            for (int place = 0; place < places; place++) {
                known += targets[place] == LabelledSamples.NO_TARGET ? 0 : 1;
                right += targets[place] != LabelledSamples.NO_TARGET && best(i, place) == targets[place] ? 1 : 0;
            }
        }
        return (double) right / known;
    }

    /** The fraction of places for which the highest score is that of another model. */
    double agreement(OnnxScores other) {
        int same = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int place = 0; place < places; place++) {
                same += best(i, place) == other.best(i, place) ? 1 : 0;
            }
        }
        return (double) same / (rows.length * (long) places);
    }

    private int best(int sample, int place) {
        float[] scores = rows[sample];
        int width = scores.length / places;
        int first = place * width;
        int best = first;
        for (int i = first + 1; i < first + width; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best - first;
    }
}
