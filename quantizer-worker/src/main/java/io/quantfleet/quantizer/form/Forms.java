package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.nio.ByteBuffer;
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

    /** The elements of a tensor that the model has in memory. */
    static WeightSource inMemory(TensorProto tensor) {
        float[] values = Tensors.floats(tensor);
        return (first, target) -> target.put(values, Math.toIntExact(first), target.remaining());
    }

    /** A tensor that the model has in memory. */
    static TensorProto storedInMemory(String name, TensorProto.DataType type, List<Long> dimensions, ByteBuffer data) {
        return Tensors.ofBytes(name, type, dimensions, ByteString.copyFrom(data));
    }

    static QuantizerException nothing(String method) {
        return new QuantizerException(
                ReasonCode.QUANTIZATION_FAILED,
                "the model has no stored weight of floats of 32 or 16 bits that " + method + " is for");
    }
}
