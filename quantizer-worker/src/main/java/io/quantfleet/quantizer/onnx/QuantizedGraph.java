package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A finished variant as it is read: which tensors go through QuantizeLinear and DequantizeLinear, and with which
 * parameters. Not for use by several threads.
 */
public final class QuantizedGraph {
    private static final Set<String> DOMAINS = Set.of("", "com.microsoft");
    private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
    private static final int FLOAT16 = TensorProto.DataType.FLOAT16_VALUE;

    private final Graph graph;
    private final Map<Node, Optional<Coding>> codings = new LinkedHashMap<>();

    private QuantizedGraph(Graph graph) {
        this.graph = graph;
        graph.sorted().stream()
                .filter(node -> quantizes(node) || dequantizes(node))
                .forEach(node -> codings.put(node, read(node)));
    }

    /** Reads a variant. */
    public static QuantizedGraph of(OnnxModel variant) {
        return new QuantizedGraph(variant.graph());
    }

    /** The graph itself. */
    public Graph graph() {
        return graph;
    }

    /** Whether the node is a QuantizeLinear, ONNX's own or the one of ONNX Runtime. */
    public static boolean quantizes(Node node) {
        return node.operator().equals("QuantizeLinear") && DOMAINS.contains(node.domain());
    }

    /** Whether the node is a DequantizeLinear, ONNX's own or the one of ONNX Runtime. */
    public static boolean dequantizes(Node node) {
        return node.operator().equals("DequantizeLinear") && DOMAINS.contains(node.domain());
    }

    /** Every QuantizeLinear and DequantizeLinear in the order of the graph; empty where parameters are computed. */
    public Map<Node, Optional<Coding>> codings() {
        return codings;
    }

    /** The coding through which a tensor is read: that of the DequantizeLinear that makes it. */
    public Optional<Coding> readThrough(String tensor) {
        return graph.producer(tensor)
                .filter(QuantizedGraph::dequantizes)
                .flatMap(node -> codings.getOrDefault(node, Optional.empty()));
    }

    /** The stored integers behind a tensor that a DequantizeLinear makes. */
    public Optional<StoredIntegers> stored(String tensor) {
        return graph.producer(tensor)
                .filter(QuantizedGraph::dequantizes)
                .flatMap(node -> constant(node.inputs().get(0)))
                .flatMap(StoredIntegers::of);
    }

    /** Whether a tensor is a constant of 32-bit floats. */
    public boolean isStoredFloat(String tensor) {
        return constant(tensor).filter(Tensors::isFloat).isPresent();
    }

    /** How many elements a constant has; empty if the tensor is computed. */
    public Optional<Long> storedElements(String tensor) {
        return constant(tensor).map(Tensors::elements);
    }

    /** The name of a constant of 16-bit floats, if there is one. */
    public Optional<String> halfPrecision() {
        return graph.initializers().stream()
                .filter(tensor -> tensor.getDataType() == FLOAT16)
                .map(TensorProto::getName)
                .findFirst();
    }

    /** Whether the node gives 32-bit floats as far as its own attributes say: a Cast to them, a constant of them. */
    public static boolean namesFloats(Node node) {
        return node.is("Cast")
                ? node.integer("to", 0) == FLOAT
                : node.attribute("value")
                                .filter(value -> value.getT().getDataType() == FLOAT)
                                .isPresent()
                        || node.attribute("value_float").isPresent();
    }

    /** Names of the inputs that are declared to hold 32-bit floats. */
    public List<String> floatInputs() {
        return graph.inputs().stream()
                .filter(input -> input.getType().getTensorType().getElemType() == FLOAT)
                .map(input -> input.getName())
                .toList();
    }

    private Optional<TensorProto> constant(String tensor) {
        return graph.initializer(tensor).or(() -> graph.producer(tensor)
                .filter(node -> node.is("Constant"))
                .flatMap(node -> node.attribute("value"))
                .map(AttributeProto::getT));
    }

    private Optional<Coding> read(Node node) {
        Optional<float[]> scales =
                node.input(1).flatMap(this::constant).filter(Tensors::isFloat).map(Tensors::floats);
        Optional<StoredIntegers> zeroPoints =
                node.input(2).flatMap(this::constant).flatMap(StoredIntegers::of);
        Optional<StoredType> type = zeroPoints.map(StoredIntegers::type).or(() -> typeWithoutZeroPoint(node));
        boolean computed = node.input(2).isPresent() && zeroPoints.isEmpty();
        if (scales.isEmpty() || type.isEmpty() || computed) {
            return Optional.empty();
        }
        int block = (int) node.integer("block_size", 0);
        boolean perTensor = scales.get().length == 1 && block == 0;
        OptionalInt axis = perTensor ? OptionalInt.empty() : OptionalInt.of((int) node.integer("axis", 1));
        return Optional.of(new Coding(node, type.get(), scales.get(), zeroPoints, axis, block));
    }

    private Optional<StoredType> typeWithoutZeroPoint(Node node) {
        if (quantizes(node)) {
            return StoredType.ofOnnxCode((int) node.integer("output_dtype", TensorProto.DataType.UINT8_VALUE));
        }
        String integers = node.inputs().get(0);
        return constant(integers)
                .flatMap(tensor -> StoredType.ofOnnxCode(tensor.getDataType()))
                .or(() -> graph.producer(integers)
                        .filter(QuantizedGraph::quantizes)
                        .flatMap(this::read)
                        .map(Coding::type));
    }
}
