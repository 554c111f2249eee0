package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.util.Map;

/** Quantizes small models for tests, and measures what that costs. */
final class Quantized {
    private static final ProfileReader PROFILES = new ProfileReader();

    private Quantized() {}

    static DeviceClassProfile profile(String deviceClass) {
        return PROFILES.builtIn(deviceClass);
    }

    static QuantizedModel of(TinyModel model, SampleSource samples, String deviceClass) {
        return of(model, samples, profile(deviceClass));
    }

    static QuantizedModel of(TinyModel model, SampleSource samples, DeviceClassProfile profile) {
        return new StaticQuantizer(new Calibrator(1, 8))
                .quantize(OnnxModel.of(model.proto()), Map.of(), samples, profile, ProgressListener.NONE);
    }

    /** Output y for all samples, one after another. */
    static float[] run(OnnxModel model, SampleSource samples) {
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(1);
            float[] all = new float[0];
            for (int i = 0; i < samples.size(); i++) {
                batch.fill(samples, i, 1);
                batch.run(1);
                HostTensor output = batch.output("y");
                float[] one = output.floats();
                all = i == 0 ? new float[one.length * samples.size()] : all;
                System.arraycopy(one, 0, all, i * one.length, one.length);
            }
            return all;
        }
    }

    /** Signal over noise, in decibels. */
    static double sqnr(float[] expected, float[] actual) {
        double signal = 0;
        double noise = 1e-30;
        for (int i = 0; i < expected.length; i++) {
            signal += (double) expected[i] * expected[i];
            noise += Math.pow((double) expected[i] - actual[i], 2);
        }
        return 10 * Math.log10(signal / noise);
    }
}
