package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes FP32 of a model whose weights are floats of 16 bits, exactly: its weights, its constants, what it casts to, what it
 * takes and gives. CPUs compute in FP32 either way, and quantization starts from it. Stateless.
 */
final class WidenedFloats {
    private static final int WIDE = TensorProto.DataType.FLOAT_VALUE;
    /** Attributes that say of which type an output is. */
    private static final Set<String> TYPES = Set.of("to", "dtype");

    private WidenedFloats() {}

    /** Whether a model's matrices are stored in 16 bits. Single constants may be: parts of some models compute in them. */
    static boolean needed(ModelProto model) {
        return model.getGraph().getInitializerList().stream()
                .anyMatch(tensor -> tensor.getDimsCount() > 1 && narrow(tensor).isPresent());
    }

    /** The type that a tensor is widened from, if it is. */
    static Optional<NarrowFloat> narrow(TensorProto tensor) {
        return NarrowFloat.ofOnnxCode(tensor.getDataType());
    }

    /** The model in FP32. External tensors are declared as such, and their data stays what and where it is. */
    static ModelProto of(ModelProto model) {
        return model.toBuilder().setGraph(of(model.getGraph())).build();
    }

    private static GraphProto of(GraphProto graph) {
        GraphProto.Builder wide = graph.toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            wide.setInitializer(i, of(graph.getInitializer(i)));
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            wide.setNode(i, of(graph.getNode(i)));
        }
        wide.clearInput().addAllInput(of(graph.getInputList()));
        wide.clearOutput().addAllOutput(of(graph.getOutputList()));
        wide.clearValueInfo().addAllValueInfo(of(graph.getValueInfoList()));
        return wide.build();
    }

    private static List<ValueInfoProto> of(List<ValueInfoProto> values) {
        return values.stream().map(WidenedFloats::of).toList();
    }

    private static ValueInfoProto of(ValueInfoProto value) {
        TypeProto.Tensor tensor = value.getType().getTensorType();
        if (NarrowFloat.ofOnnxCode(tensor.getElemType()).isEmpty()) {
            return value;
        }
        return value.toBuilder()
                .setType(value.getType().toBuilder()
                        .setTensorType(tensor.toBuilder().setElemType(WIDE)))
                .build();
    }

    private static NodeProto of(NodeProto node) {
        NodeProto.Builder wide = node.toBuilder();
        for (int i = 0; i < node.getAttributeCount(); i++) {
            wide.setAttribute(i, of(node.getAttribute(i)));
        }
        return wide.build();
    }

    private static AttributeProto of(AttributeProto attribute) {
        AttributeProto.Builder wide = attribute.toBuilder();
        if (TYPES.contains(attribute.getName())
                && NarrowFloat.ofOnnxCode((int) attribute.getI()).isPresent()) {
            wide.setI(WIDE);
        }
        if (attribute.hasT()) {
            wide.setT(of(attribute.getT()));
        }
        if (attribute.hasG()) {
            wide.setG(of(attribute.getG()));
        }
        for (int i = 0; i < attribute.getGraphsCount(); i++) {
            wide.setGraphs(i, of(attribute.getGraphs(i)));
        }
        return wide.build();
    }

    private static TensorProto of(TensorProto tensor) {
        Optional<NarrowFloat> type = narrow(tensor);
        if (type.isEmpty()) {
            return tensor;
        }
        TensorProto.Builder wide = tensor.toBuilder().setDataType(WIDE);
        if (ExternalData.isExternal(tensor)) {
            return wide.build();
        }
        return wide.clearInt32Data()
                .setRawData(ByteString.copyFrom(widened(tensor, type.get())))
                .build();
    }

    private static ByteBuffer widened(TensorProto tensor, NarrowFloat type) {
        TensorCheck.checkData(tensor);
        if (tensor.hasRawData()) {
            ByteBuffer narrow = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            ByteBuffer wide = room(narrow.remaining() / Short.BYTES);
            widen(narrow, wide, type);
            return wide.flip();
        }
        ByteBuffer wide = room(tensor.getInt32DataCount());
        tensor.getInt32DataList().forEach(bits -> wide.putFloat(type.value(bits.shortValue())));
        return wide.flip();
    }

    private static ByteBuffer room(int elements) {
        return ByteBuffer.allocate(Math.multiplyExact(elements, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads all that is left in one buffer and appends it to another, which has room for it; both are little-endian. */
    static void widen(ByteBuffer narrow, ByteBuffer wide, NarrowFloat type) {
        while (narrow.remaining() >= Short.BYTES) {
            wide.putFloat(type.value(narrow.getShort()));
        }
    }
}
