package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;

/** Makes variants by static quantization. */
final class StaticQuantization implements VariantMaker {
    StaticQuantization(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
    }

    @Override
    public MadeVariant make(
            OnnxModel original,
            DeviceClassProfile profile,
            SampleSource calibration,
            Path target,
            MakingListener listener) {
        throw new QuantizerException(ReasonCode.QUANTIZATION_FAILED, "this build can't quantize yet");
    }
}
