package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** Runs small models on all samples at once, and measures how far results lie apart. */
final class FormRun {
    private FormRun() {}

    static PreparedModel prepared(TinyModel model, SampleSource samples) {
        return prepared(OnnxModel.of(model.proto()), samples);
    }

    static PreparedModel prepared(OnnxModel model, SampleSource samples) {
        return PreparedModel.of(model, samples, Map.of(), false);
    }

    static float[] run(OnnxModel model, SampleSource samples) {
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(samples.size());
            batch.fill(samples, 0, samples.size());
            batch.run(samples.size());
            return batch.output(session.outputs().get(0).name()).floats();
        }
    }

    static float[] inputs(GaussianSamples samples) {
        ByteBuffer all = ByteBuffer.allocate(samples.size() * samples.elements() * Float.BYTES)
                .order(ByteOrder.nativeOrder());
        for (int i = 0; i < samples.size(); i++) {
            samples.fill(i, "x", all);
        }
        float[] values = new float[samples.size() * samples.elements()];
        all.flip().asFloatBuffer().get(values);
        return values;
    }

    /** The largest difference as a share of the largest expected magnitude. */
    static double difference(double[] expected, float[] actual) {
        double largest = 0;
        double difference = expected.length == actual.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(expected.length, actual.length); i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
        }
        return difference / largest;
    }

    static double decibels(float[] expected, float[] actual) {
        double signal = 0;
        double noise = 1e-30;
        for (int i = 0; i < expected.length; i++) {
            signal += (double) expected[i] * expected[i];
            noise += ((double) expected[i] - actual[i]) * ((double) expected[i] - actual[i]);
        }
        return 10 * Math.log10(signal / noise);
    }
}
