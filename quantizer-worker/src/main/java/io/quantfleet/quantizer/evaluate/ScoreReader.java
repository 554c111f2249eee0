package io.quantfleet.quantizer.evaluate;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.ModelInput;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;

/** Runs a model on decoded batches, in as many runs as a fixed batch dimension asks for, and collects its scores. */
final class ScoreReader {
    /** Scores of all samples that are in memory together. */
    private static final long LARGEST_SCORES = 4L << 20;

    private final ModelDescription description;
    private final Batch batch;

    ScoreReader(OnnxSession session, ModelDescription description, int batchSize) {
        this.description = description;
        this.batch = session.newBatch(batchSize);
    }

    /**
     * How many samples are scored at once.
     *
     * @param most what is best as long as there are few scores
     */
    static int batchSize(ModelDescription description, int most) {
        return (int) Math.max(1, Math.min(most, LARGEST_SCORES / scoresPerSample(description)));
    }

    private static long scoresPerSample(ModelDescription description) {
        return (long) description.places() * description.scores();
    }

    /** For each sample of the batch one score per label, or per token at each place. */
    float[] scores(DecodedBatch decoded) {
        int labels = Math.toIntExact(scoresPerSample(description));
        float[] scores = new float[Math.multiplyExact(decoded.count(), labels)];
        for (int from = 0; from < decoded.count(); from += batch.capacity()) {
            int count = Math.min(batch.capacity(), decoded.count() - from);
            for (ModelInput input : description.inputs()) {
                batch.input(input.name()).put(decoded.slice(input.name(), from, count));
            }
            batch.run(count);
            copy(batch.output(description.output()), count * labels, scores, from * labels);
        }
        return scores;
    }

    private void copy(HostTensor output, int wanted, float[] scores, int at) {
        long labels = scoresPerSample(description);
        long perSample = output.shape().stream().skip(1).reduce(1L, Math::multiplyExact);
        if (perSample != labels || output.data().limit() < wanted * Float.BYTES) {
            throw new QuantizerException(
                    ReasonCode.DESCRIPTION_MISMATCH,
                    "output '" + description.output() + "' came out as " + output.shape() + ", but " + labels
                            + " scores are wanted of a sample: one per label, or per token at each place");
        }
        output.data().asFloatBuffer().get(scores, at, wanted);
    }
}
