package io.quantfleet.quantizer.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    /** What ONNX Runtime holds; empty if it is no tensor of a type we know. */
    static Optional<OutputView> view(String name, OnnxValue value) {
        if (!(value instanceof OnnxTensor tensor)) {
            return Optional.empty();
        }
        List<Long> shape = OnnxSession.list(tensor.getInfo().getShape());
        return type(tensor.getInfo().onnxType)
                .map(type -> new OutputView(new TensorSpec(name, type, shape), () -> copy(tensor, type, shape)));
    }

    private static HostTensor copy(OnnxTensor tensor, ElementType type, List<Long> shape) {
        HostTensor copy = HostTensor.allocate(type, shape);
        // An empty tensor has no memory to point to.
        if (!shape.contains(0L)) {
            copy.data().duplicate().put(tensor.getByteBuffer());
        }
        return copy;
    }

    static ElementType type(String name, TensorInfo tensor) {
        return type(tensor.onnxType)
                .orElseThrow(() -> new QuantizerException(
                        ReasonCode.OPERATOR_UNSUPPORTED,
                        "tensor " + name + " holds " + tensor.onnxType + ", which is not supported"));
    }

    private static Optional<ElementType> type(TensorInfo.OnnxTensorType type) {
        return switch (type) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Optional.of(ElementType.FLOAT32);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Optional.of(ElementType.FLOAT64);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> Optional.of(ElementType.FLOAT16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> Optional.of(ElementType.BFLOAT16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Optional.of(ElementType.INT8);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Optional.of(ElementType.UINT8);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Optional.of(ElementType.INT16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> Optional.of(ElementType.UINT16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Optional.of(ElementType.INT32);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> Optional.of(ElementType.UINT32);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Optional.of(ElementType.INT64);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> Optional.of(ElementType.UINT64);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Optional.of(ElementType.BOOL);
            default -> Optional.empty();
        };
    }

    @Override
    public void close() {
        tensors.forEach(OnnxTensor::close);
    }
}
