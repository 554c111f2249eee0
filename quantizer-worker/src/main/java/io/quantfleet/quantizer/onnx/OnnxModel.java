package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedOutputStream;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A checked ONNX model with all its data in memory, held once: graphs made from it share its tensors. Immutable.
 */
public final class OnnxModel {
    /** The IR version that everything written here needs: constants apart from inputs, opset 13 and later. */
    private static final long WRITTEN_IR_VERSION = 8;
    /** The IR version that came with opset 21, and integers of 4 bits. */
    private static final long IR_VERSION_OF_HALF_BYTES = 10;

    private static final int OPSET_OF_HALF_BYTES = 21;

    private final ModelProto proto;
    private final boolean widened;

    OnnxModel(ModelProto proto) {
        this(proto, false);
    }

    private OnnxModel(ModelProto proto, boolean widened) {
        this.proto = proto;
        this.widened = widened;
    }

    /**
     * Reads and checks a model with its external data. Weights of 16-bit floats are made FP32.
     *
     * @throws QuantizerException if the file is not a model that can be handled; the message says why
     */
    public static OnnxModel read(Path file) {
        return OnnxReader.read(file);
    }

    /**
     * Reads a model that may be quantized already, to look at it: whoever made it, nothing is refused that is an ONNX graph.
     *
     * @throws QuantizerException if the file is not an ONNX model
     */
    public static OnnxModel readAnyForm(Path file) {
        return OnnxReader.readAnyForm(file);
    }

    /**
     * Checks a serialized model that carries all its data. Weights of 16-bit floats are made FP32.
     *
     * @throws QuantizerException if it is not a model that can be handled
     */
    public static OnnxModel of(ModelProto proto) {
        return OnnxReader.checked(proto, "in memory").inFp32();
    }

    /**
     * Checks a serialized model that may be quantized already.
     *
     * @throws QuantizerException if it is not an ONNX model
     */
    public static OnnxModel ofAnyForm(ModelProto proto) {
        return OnnxReader.anyForm(proto, "in memory");
    }

    /** Whether its file stores 16-bit floats, of which FP32 was made: running the file is not the same then. */
    public boolean widened() {
        return widened;
    }

    /** This model in FP32 if its matrices are 16-bit floats. */
    OnnxModel inFp32() {
        return WidenedFloats.needed(proto) ? new OnnxModel(WidenedFloats.of(proto), true) : this;
    }

    ModelProto proto() {
        return proto;
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

    /**
     * The part of this model between some tensors and others.
     *
     * @param from tensors that become inputs
     * @param to tensors that become outputs, computed from those and from constants
     */
    public OnnxModel between(Collection<TensorSpec> from, Collection<String> to) {
        Graph graph = graph();
        Set<String> given = from.stream().map(TensorSpec::name).collect(Collectors.toSet());
        Set<Node> needed = new LinkedHashSet<>();
        Deque<String> wanted = new ArrayDeque<>(to);
        while (!wanted.isEmpty()) {
            String tensor = wanted.pop();
            Optional<Node> maker = given.contains(tensor) ? Optional.empty() : graph.producer(tensor);
            if (maker.filter(needed::add).isPresent()) {
                wanted.addAll(maker.get().inputs());
                wanted.addAll(maker.get().captured());
            }
        }
        Set<String> read = new LinkedHashSet<>(to);
        needed.forEach(node -> {
            read.addAll(node.inputs());
            read.addAll(node.captured());
        });
        GraphProto.Builder part =
                GraphProto.newBuilder().setName(proto.getGraph().getName());
        graph.sorted().stream().filter(needed::contains).map(Node::toProto).forEach(part::addNode);
        graph.initializers().stream()
                .filter(tensor -> read.contains(tensor.getName()))
                .forEach(part::addInitializer);
        from.forEach(spec -> part.addInput(declaration(spec, "")));
        to.forEach(tensor -> part.addOutput(ValueInfoProto.newBuilder().setName(tensor)));
        return new OnnxModel(proto.toBuilder().setGraph(part).build());
    }

    /**
     * This model with types and shapes of tensors inside it written down.
     *
     * @param tensors those that nothing declares yet; where their first dimension is open, it is the inputs'
     */
    public OnnxModel declaring(Collection<TensorSpec> tensors) {
        String batch = proto.getGraph().getInputList().stream()
                .map(input -> input.getType().getTensorType().getShape())
                .filter(shape -> shape.getDimCount() > 0)
                .map(shape -> shape.getDim(0).getDimParam())
                .findFirst()
                .orElse("");
        GraphProto.Builder graph = proto.getGraph().toBuilder().clearValueInfo();
        tensors.forEach(tensor -> graph.addValueInfo(declaration(tensor, batch)));
        return new OnnxModel(proto.toBuilder().setGraph(graph).build());
    }

    // Dimensions that are open have no value, and the first of them a name.
    private static ValueInfoProto declaration(TensorSpec spec, String batch) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int i = 0; i < spec.shape().size(); i++) {
            TensorShapeProto.Dimension.Builder each = TensorShapeProto.Dimension.newBuilder();
            if (spec.shape().get(i) != TensorSpec.DYNAMIC) {
                each.setDimValue(spec.shape().get(i));
            } else if (i == 0 && !batch.isEmpty()) {
                each.setDimParam(batch);
            }
            shape.addDim(each);
        }
        return ValueInfoProto.newBuilder()
                .setName(spec.name())
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(spec.type().onnxCode())
                                .setShape(shape)))
                .build();
    }

    /** This model with another graph, of the same operator set. */
    public OnnxModel withGraph(Graph graph) {
        return withGraph(graph, opset());
    }

    /** This model with another graph and a version of ONNX's own operator set. */
    public OnnxModel withGraph(Graph graph, int opset) {
        GraphProto graphProto = graph.toProto();
        long leastIrVersion = opset >= OPSET_OF_HALF_BYTES ? IR_VERSION_OF_HALF_BYTES : WRITTEN_IR_VERSION;
        ModelProto.Builder builder = proto.toBuilder()
                .setGraph(graphProto)
                .setIrVersion(Math.max(proto.getIrVersion(), leastIrVersion))
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
