package io.quantfleet.quantizer.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** ONNX Runtime's views of our buffers, released together. */
final class OrtTensors implements AutoCloseable {
    private final OrtEnvironment environment;
    private final List<OnnxTensor> tensors = new ArrayList<>();

    OrtTensors(OrtEnvironment environment) {
        this.environment = environment;
    }

    /** A view of the tensor's buffer, valid until this object is closed. */
    OnnxTensor over(HostTensor tensor) throws OrtException {
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        OnnxTensor view = OnnxTensor.createTensor(environment, tensor.data(), shape, javaType(tensor.type()));
        tensors.add(view);
        return view;
    }

    private static OnnxJavaType javaType(ElementType type) {
        return switch (type) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT64 -> OnnxJavaType.DOUBLE;
            case INT8 -> OnnxJavaType.INT8;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case BOOL -> OnnxJavaType.BOOL;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            case UINT16, UINT32, UINT64 ->
                throw new QuantizerException(
                        ReasonCode.OPERATOR_UNSUPPORTED, "ONNX Runtime's Java binding has no tensors of " + type);
        };
    }

    /** Copies of the outputs of a run. */
    static Map<String, HostTensor> copies(OrtSession.Result result, Set<String> names) {
        Map<String, HostTensor> copies = new LinkedHashMap<>();
        for (String name : names) {
            copies.put(name, copy(name, result.get(name).orElseThrow()));
        }
        return copies;
    }

    static HostTensor copy(String name, OnnxValue value) {
        if (!(value instanceof OnnxTensor tensor)) {
            throw new QuantizerException(ReasonCode.MODEL_MALFORMED, "output " + name + " is not a tensor");
        }
        ElementType type = OnnxSession.type(name, tensor.getInfo());
        ByteBuffer source = tensor.getByteBuffer();
        ByteBuffer data = ByteBuffer.allocateDirect(source.remaining()).order(ByteOrder.nativeOrder());
        data.put(source).flip();
        return new HostTensor(type, OnnxSession.list(tensor.getInfo().getShape()), data);
    }

    @Override
    public void close() {
        tensors.forEach(OnnxTensor::close);
    }
}
