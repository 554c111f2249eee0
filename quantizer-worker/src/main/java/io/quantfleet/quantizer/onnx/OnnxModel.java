package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedOutputStream;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * A checked ONNX model with all its data in memory, held once: graphs made from it share its tensors. Immutable.
 */
public final class OnnxModel {
    /** The IR version that everything written here needs: constants apart from inputs, opset 13 and later. */
    private static final long WRITTEN_IR_VERSION = 8;

    private final ModelProto proto;

    OnnxModel(ModelProto proto) {
        this.proto = proto;
    }

    /**
     * Reads and checks a model with its external data.
     *
     * @throws QuantizerException if the file is not a model that can be handled; the message says why
     */
    public static OnnxModel read(Path file) {
        return OnnxReader.read(file);
    }

    /**
     * Checks a serialized model that carries all its data.
     *
     * @throws QuantizerException if it is not a model that can be handled
     */
    public static OnnxModel of(ModelProto proto) {
        return OnnxReader.checked(proto, "in memory");
    }

    /** The version of ONNX's own operator set. */
    public int opset() {
        return opset(proto);
    }

    static int opset(ModelProto proto) {
        return proto.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToInt(set -> (int) Math.min(set.getVersion(), Integer.MAX_VALUE))
                .findFirst()
                .orElse(0);
    }

    /** What the model takes, in its order; constants are not among them. */
    public List<TensorSpec> inputs() {
        return graph().inputs().stream().map(OnnxModel::spec).toList();
    }

    /** What the model gives, in its order. */
    public List<TensorSpec> outputs() {
        return graph().outputs().stream().map(OnnxModel::spec).toList();
    }

    private static TensorSpec spec(ValueInfoProto value) {
        if (!value.getType().hasTensorType()) {
            throw new QuantizerException(ReasonCode.MODEL_MALFORMED, value.getName() + " is not a tensor");
        }
        int code = value.getType().getTensorType().getElemType();
        ElementType type = ElementType.ofOnnxCode(code)
                .orElseThrow(() -> new QuantizerException(
                        ReasonCode.OPERATOR_UNSUPPORTED, value.getName() + " has elements of type " + code));
        List<Long> shape = value.getType().getTensorType().getShape().getDimList().stream()
                .map(OnnxModel::dimension)
                .toList();
        return new TensorSpec(value.getName(), type, shape);
    }

    private static long dimension(TensorShapeProto.Dimension dimension) {
        return dimension.hasDimValue() && dimension.getDimValue() > 0 ? dimension.getDimValue() : TensorSpec.DYNAMIC;
    }

    /** An editable copy of the graph, which shares this model's tensors. */
    public Graph graph() {
        return new Graph(proto.getGraph());
    }

    /** This model giving other tensors; they need no type, ONNX Runtime infers it. */
    public OnnxModel withOutputs(Collection<String> tensors) {
        GraphProto.Builder graph = proto.getGraph().toBuilder().clearOutput();
        tensors.forEach(tensor -> graph.addOutput(ValueInfoProto.newBuilder().setName(tensor)));
        return new OnnxModel(proto.toBuilder().setGraph(graph).build());
    }

    /** This model with another graph, of the same operator set. */
    public OnnxModel withGraph(Graph graph) {
        return withGraph(graph, opset());
    }

    /** This model with another graph and a version of ONNX's own operator set. */
    public OnnxModel withGraph(Graph graph, int opset) {
        GraphProto graphProto = graph.toProto();
        ModelProto.Builder builder = proto.toBuilder()
                .setGraph(graphProto)
                .setIrVersion(Math.max(proto.getIrVersion(), WRITTEN_IR_VERSION))
                .setProducerName("quantfleet")
                .clearProducerVersion()
                .clearOpsetImport();
        builder.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset));
        proto.getOpsetImportList().stream()
                .filter(set -> graphProto.getNodeList().stream()
                        .anyMatch(node ->
                                !node.getDomain().isEmpty() && node.getDomain().equals(set.getDomain())))
                .forEach(builder::addOpsetImport);
        boolean microsoft = graphProto.getNodeList().stream()
                .anyMatch(node -> node.getDomain().equals(Node.MICROSOFT));
        if (microsoft
                && builder.getOpsetImportList().stream()
                        .noneMatch(set -> set.getDomain().equals(Node.MICROSOFT))) {
            builder.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain(Node.MICROSOFT).setVersion(1));
        }
        return new OnnxModel(builder.build());
    }

    /** The size of the serialized model. */
    public long bytes() {
        return proto.getSerializedSize();
    }

    /** The serialized model in memory outside the heap, as ONNX Runtime takes it. */
    public ByteBuffer serialized() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(proto.getSerializedSize());
        try {
            CodedOutputStream output = CodedOutputStream.newInstance(buffer);
            proto.writeTo(output);
            output.flush();
        } catch (IOException e) {
            throw new IllegalStateException("a buffer of the model's own size was too small for it", e);
        }
        return buffer.flip();
    }

    /**
     * Writes the model beside its place and moves it there when it is whole.
     *
     * @throws QuantizerException if the file can't be written; nothing is left behind then
     */
    public void write(Path file) {
        OnnxWriter.write(proto, file);
    }
}
