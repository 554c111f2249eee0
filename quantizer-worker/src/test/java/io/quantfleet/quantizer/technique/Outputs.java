package io.quantfleet.quantizer.technique;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.Map;

/** Prepares small models and runs them. */
final class Outputs {
    private Outputs() {}

    static PreparedModel prepared(TinyModel model, SampleSource samples) {
        return PreparedModel.of(OnnxModel.of(model.proto()), samples, Map.of(), false);
    }

    /** Output y for all samples. */
    static float[] of(OnnxModel model, SampleSource samples) {
        return of(model, samples, "y");
    }

    static float[] of(OnnxModel model, SampleSource samples, String output) {
        try (OnnxSession session = OnnxSession.open(
                model.withOutputs(java.util.List.of(output)).serialized(), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(samples.size());
            batch.fill(samples, 0, samples.size());
            batch.run(samples.size());
            return batch.output(output).floats();
        }
    }

    static double largest(OnnxModel model, SampleSource samples, String output) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float value : of(model, samples, output)) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    static double largestDifference(float[] one, float[] other) {
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs((double) one[i] - other[i]));
        }
        return largest;
    }
}
