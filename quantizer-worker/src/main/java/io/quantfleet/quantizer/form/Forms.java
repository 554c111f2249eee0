package io.quantfleet.quantizer.form;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the forms have in common. */
final class Forms {
    private Forms() {}

    /** A variant that ONNX Runtime has loaded, or an exception. */
    static QuantizedModel checked(
            OnnxModel model, String method, Set<String> quantized, List<FloatLayer> leftFloat, long startNanos) {
        if (quantized.isEmpty()) {
            throw nothing(method);
        }
        OnnxSession.open(model.serialized(), RuntimeOptions.threads(1)).close();
        return new QuantizedModel(
                model,
                method,
                quantized,
                leftFloat,
                List.of(),
                Duration.ZERO,
                Duration.ofNanos(System.nanoTime() - startNanos));
    }

    static QuantizerException nothing(String method) {
        return new QuantizerException(
                ReasonCode.QUANTIZATION_FAILED, "the model has no stored FP32 weight that " + method + " is for");
    }
}
