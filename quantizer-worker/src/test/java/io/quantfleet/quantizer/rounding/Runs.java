package io.quantfleet.quantizer.rounding;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;

/** Runs tiny models. */
final class Runs {
    private Runs() {}

    /** Output y for all samples. */
    static float[] of(OnnxModel model, SampleSource samples) {
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(samples.size());
            batch.fill(samples, 0, samples.size());
            batch.run(samples.size());
            return batch.output("y").floats();
        }
    }
}
