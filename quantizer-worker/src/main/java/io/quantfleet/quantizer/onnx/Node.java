package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One operator of a graph. Two nodes are the same only if they are the same object. The name, inputs and outputs change
 * through {@link Graph}, which keeps its index in step; attributes may be changed here.
 */
public final class Node {
    /** The domain of ONNX Runtime's own operators. */
    public static final String MICROSOFT = "com.microsoft";

    private static final Set<String> LAYERS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

    private final String domain;
    private final String operator;
    private final Map<String, AttributeProto> attributes = new LinkedHashMap<>();
    private final Set<String> captured;
    private String name;
    private List<String> inputs;
    private List<String> outputs;

    private Node(NodeProto proto) {
        this.name = proto.getName();
        this.domain = proto.getDomain().equals("ai.onnx") ? "" : proto.getDomain();
        this.operator = proto.getOpType();
        this.inputs = List.copyOf(proto.getInputList());
        this.outputs = List.copyOf(proto.getOutputList());
        proto.getAttributeList().forEach(attribute -> attributes.put(attribute.getName(), attribute));
        Set<String> names = new LinkedHashSet<>();
        proto.getAttributeList().forEach(attribute -> captureFrom(attribute, names));
        this.captured = Collections.unmodifiableSet(names);
    }

    private Node(String name, String domain, String operator, List<String> inputs, List<String> outputs) {
        this.name = name;
        this.domain = domain;
        this.operator = operator;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.captured = Set.of();
    }

    static Node of(NodeProto proto) {
        return new Node(proto);
    }

    /** A new node of the standard operator set. */
    public static Node of(String name, String operator, List<String> inputs, List<String> outputs) {
        return new Node(name, "", operator, inputs, outputs);
    }

    /** A new node of ONNX Runtime's own operators. */
    public static Node ofMicrosoft(String name, String operator, List<String> inputs, List<String> outputs) {
        return new Node(name, MICROSOFT, operator, inputs, outputs);
    }

    // Names a subgraph reads, its own included: those that are not tensors of the outer graph do no harm.
    private static void captureFrom(AttributeProto attribute, Set<String> names) {
        if (attribute.hasG()) {
            captureFrom(attribute.getG(), names);
        }
        attribute.getGraphsList().forEach(graph -> captureFrom(graph, names));
    }

    private static void captureFrom(GraphProto graph, Set<String> names) {
        graph.getOutputList().forEach(output -> names.add(output.getName()));
        for (NodeProto node : graph.getNodeList()) {
            names.addAll(node.getInputList());
            node.getAttributeList().forEach(attribute -> captureFrom(attribute, names));
        }
    }

    /** Whether the operator, one of ONNX's own, multiplies with weights: what quantization is for. */
    public boolean isLayer() {
        return domain.isEmpty() && isLayer(operator);
    }

    /** Whether that operator of ONNX's own domain multiplies with weights. */
    public static boolean isLayer(String operator) {
        return LAYERS.contains(operator);
    }

    /** The node's name; may be empty, else no other node of its graph has it. */
    public String name() {
        return name;
    }

    void rename(String other) {
        name = other;
    }

    /** The node's name, or one made from its output where it has none: what people read in messages. */
    public String label() {
        return name.isEmpty()
                ? outputs.stream()
                        .filter(output -> !output.isEmpty())
                        .findFirst()
                        .orElse("?")
                : name;
    }

    /** The operator's name within its domain. */
    public String operator() {
        return operator;
    }

    /** The operator's domain; empty for ONNX's own. */
    public String domain() {
        return domain;
    }

    /** Whether this is that operator of ONNX's own domain. */
    public boolean is(String standardOperator) {
        return domain.isEmpty() && operator.equals(standardOperator);
    }

    /** Names of the tensors it reads; empty where an optional one is left out. */
    public List<String> inputs() {
        return inputs;
    }

    /** Names of the tensors it makes; empty where an optional one is left out. */
    public List<String> outputs() {
        return outputs;
    }

    /** The input at that place, if it is there. */
    public Optional<String> input(int index) {
        return index < inputs.size() && !inputs.get(index).isEmpty()
                ? Optional.of(inputs.get(index))
                : Optional.empty();
    }

    /** The first output. */
    public String output() {
        return outputs.get(0);
    }

    /** Names that subgraphs of this node may read from the graph around it. */
    public Set<String> captured() {
        return captured;
    }

    /** Whether the node carries graphs of its own, as If and Loop do. */
    public boolean hasSubgraph() {
        return attributes.values().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0);
    }

    void setInputs(List<String> names) {
        inputs = List.copyOf(names);
    }

    void setOutputs(List<String> names) {
        outputs = List.copyOf(names);
    }

    /** The attribute of that name. */
    public Optional<AttributeProto> attribute(String key) {
        return Optional.ofNullable(attributes.get(key));
    }

    /** An integer attribute, or what the operator takes without it. */
    public long integer(String key, long otherwise) {
        return attribute(key).map(AttributeProto::getI).orElse(otherwise);
    }

    /** A float attribute, or what the operator takes without it. */
    public float number(String key, float otherwise) {
        return attribute(key).map(AttributeProto::getF).orElse(otherwise);
    }

    /** A text attribute, or what the operator takes without it. */
    public String text(String key, String otherwise) {
        return attribute(key)
                .map(AttributeProto::getS)
                .map(ByteString::toStringUtf8)
                .orElse(otherwise);
    }

    /** A list of integers. */
    public Optional<List<Long>> integers(String key) {
        return attribute(key).map(AttributeProto::getIntsList);
    }

    /** Sets an integer attribute. */
    public Node with(String key, long value) {
        return with(AttributeProto.newBuilder()
                .setName(key)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build());
    }

    /** Sets a list of integers. */
    public Node with(String key, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(key).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return with(attribute.build());
    }

    /** Sets an attribute. */
    public Node with(AttributeProto attribute) {
        attributes.put(attribute.getName(), attribute);
        return this;
    }

    /** Removes an attribute. */
    public void drop(String key) {
        attributes.remove(key);
    }

    /** Takes over all attributes of another node. */
    public Node withAttributesOf(Node other) {
        attributes.putAll(other.attributes);
        return this;
    }

    /** The node as ONNX stores it. */
    public NodeProto toProto() {
        return NodeProto.newBuilder()
                .setName(label())
                .setDomain(domain)
                .setOpType(operator)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(attributes.values())
                .build();
    }

    @Override
    public String toString() {
        return operator + " " + label();
    }
}
