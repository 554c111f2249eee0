package io.quantfleet.quantizer.prepare;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.RuntimeOptions.Optimization;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares a rewritten model with the original on a few samples: better no variant than one of another function. */
final class SameFunction {
    /** Rounding apart, relative to the largest element of an output. */
    private static final double TOLERANCE = 1e-3;

    private static final int SAMPLES = 2;

    private SameFunction() {}

    static void check(OnnxModel original, OnnxModel rewritten, SampleSource samples) {
        Map<String, float[]> before = outputs(original, samples);
        Map<String, float[]> after = outputs(rewritten, samples);
        before.forEach((name, expected) -> compare(name, expected, after.getOrDefault(name, new float[0])));
    }

    private static void compare(String name, float[] expected, float[] actual) {
        double largest = 0;
        double difference = expected.length == actual.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(expected.length, actual.length); i++) {
            // What is not finite is calibration's to refuse, which can name where it arises.
            if (Float.isFinite(expected[i])) {
                largest = Math.max(largest, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
            }
        }
        if (!(difference <= TOLERANCE * largest + Float.MIN_NORMAL)) {
            throw new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    "rewriting the graph changed output " + name + " by " + difference + " where its largest value is "
                            + largest + "; please report this model");
        }
    }

    private static Map<String, float[]> outputs(OnnxModel model, SampleSource samples) {
        RuntimeOptions options = RuntimeOptions.threads(1).withOptimization(Optimization.NONE);
        try (OnnxSession session = OnnxSession.open(model.serialized(), options)) {
            List<String> names = session.outputs().stream()
                    .filter(output -> output.type() == ElementType.FLOAT32)
                    .map(TensorSpec::name)
                    .toList();
            Batch batch = session.newBatch(Math.min(SAMPLES, samples.size()));
            int count = Math.min(batch.capacity(), samples.size());
            batch.fill(samples, 0, count);
            batch.run(count);
            Map<String, float[]> outputs = new HashMap<>();
            names.forEach(name -> outputs.put(name, batch.output(name).floats()));
            return outputs;
        }
    }
}
