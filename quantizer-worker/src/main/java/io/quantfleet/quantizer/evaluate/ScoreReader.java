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
    private final ModelDescription description;
    private final Batch batch;

    ScoreReader(OnnxSession session, ModelDescription description, int batchSize) {
        this.description = description;
        this.batch = session.newBatch(batchSize);
    }

    /** One score per label for each sample of the batch. */
    float[] scores(DecodedBatch decoded) {
        int labels = description.labels().size();
        float[] scores = new float[decoded.count() * labels];
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
        int labels = description.labels().size();
        long perSample = output.shape().stream().skip(1).reduce(1L, Math::multiplyExact);
        if (perSample != labels || output.data().limit() < wanted * Float.BYTES) {
            throw new QuantizerException(
                    ReasonCode.DESCRIPTION_MISMATCH,
                    "output '" + description.output() + "' came out as " + output.shape() + ", but there are " + labels
                            + " labels: it must hold one score per label");
        }
        output.data().asFloatBuffer().get(scores, at, wanted);
    }
}
