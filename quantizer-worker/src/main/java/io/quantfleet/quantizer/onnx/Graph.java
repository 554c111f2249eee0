package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * An editable graph with an index of who makes and who reads each tensor, always in step. Stored tensors are shared with
 * the model that it came from, never copied. Initializers that older files list among the inputs too are constants here.
 * No two nodes have the same name.
 *
 * <p>Not for use by several threads.
 */
public final class Graph {
    private final String name;
    private final Set<Node> nodes = new LinkedHashSet<>();
    private final Map<String, Node> producers = new LinkedHashMap<>();
    private final Map<String, Set<Node>> consumers = new LinkedHashMap<>();
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
    private final List<ValueInfoProto> inputs = new ArrayList<>();
    private final List<ValueInfoProto> outputs = new ArrayList<>();
    private final Set<String> usedNames = new HashSet<>();
    private final Set<String> nodeNames = new HashSet<>();

    Graph(GraphProto proto) {
        this.name = proto.getName();
        proto.getInitializerList().forEach(this::setInitializer);
        proto.getInputList().stream()
                .filter(input -> !initializers.containsKey(input.getName()))
                .forEach(inputs::add);
        outputs.addAll(proto.getOutputList());
        inputs.forEach(input -> usedNames.add(input.getName()));
        proto.getNodeList().stream().map(Node::of).forEach(this::add);
    }

    // ---- reading

    /** All nodes; a copy, so that the graph may be edited while it is walked. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** Whether the node is part of the graph still. */
    public boolean contains(Node node) {
        return nodes.contains(node);
    }

    /** All nodes in an order in which each follows those whose tensors it reads. */
    public List<Node> sorted() {
        return TopologicalOrder.of(nodes, producers);
    }

    /** The node that makes the tensor; empty for inputs and initializers. */
    public Optional<Node> producer(String tensor) {
        return Optional.ofNullable(producers.get(tensor));
    }

    /** The nodes that read the tensor, those whose subgraphs do included. */
    public List<Node> consumers(String tensor) {
        return List.copyOf(consumers.getOrDefault(tensor, Set.of()));
    }

    /** The stored tensor of that name. */
    public Optional<TensorProto> initializer(String tensor) {
        return Optional.ofNullable(initializers.get(tensor));
    }

    /** The value of a stored tensor of a single float, such as a bound of Clip; empty for any other tensor. */
    public Optional<Float> number(String tensor) {
        return initializer(tensor).filter(Tensors::isFloat).map(stored -> Tensors.floats(stored)[0]);
    }

    /** All stored tensors. */
    public Collection<TensorProto> initializers() {
        return Collections.unmodifiableCollection(initializers.values());
    }

    /** What the graph takes, as declared. */
    public List<ValueInfoProto> inputs() {
        return List.copyOf(inputs);
    }

    /** What the graph gives, as declared. */
    public List<ValueInfoProto> outputs() {
        return List.copyOf(outputs);
    }

    /** Whether the graph gives that tensor. */
    public boolean isOutput(String tensor) {
        return outputs.stream().anyMatch(output -> output.getName().equals(tensor));
    }

    /** Whether the graph takes that tensor. */
    public boolean isInput(String tensor) {
        return inputs.stream().anyMatch(input -> input.getName().equals(tensor));
    }

    /** A name that no tensor has yet, like the wanted one. */
    public String freshName(String wanted) {
        String candidate = wanted;
        for (int i = 2; !usedNames.add(candidate); i++) {
            candidate = wanted + "_" + i;
        }
        return candidate;
    }

    // ---- editing

    /** Adds a node. If another has its name it gets one like it: ONNX Runtime takes no two nodes of one name. */
    public void add(Node node) {
        if (nodes.add(node) && !node.name().isEmpty()) {
            String wanted = node.name();
            for (int i = 2; !nodeNames.add(node.name()); i++) {
                node.rename(wanted + "_" + i);
            }
        }
        index(node);
    }

    /** Removes a node; its outputs have no producer any more, and its name is free. */
    public void remove(Node node) {
        unindex(node);
        if (nodes.remove(node)) {
            nodeNames.remove(node.name());
        }
    }

    /** Gives a node other inputs. */
    public void setInputs(Node node, List<String> names) {
        reindexed(node, () -> node.setInputs(names));
    }

    /** Gives a node another tensor to read at one place; an empty name leaves an optional input out. */
    public void setInput(Node node, int index, String tensor) {
        List<String> names = new ArrayList<>(node.inputs());
        while (names.size() <= index) {
            names.add("");
        }
        names.set(index, tensor);
        setInputs(node, names);
    }

    /** Gives a node other outputs. */
    public void setOutputs(Node node, List<String> names) {
        reindexed(node, () -> node.setOutputs(names));
    }

    /** Lets everyone who is meant read {@code replacement} instead of {@code tensor}; subgraphs keep what they read. */
    public void redirect(String tensor, String replacement, Predicate<Node> meant) {
        for (Node node : consumers(tensor)) {
            if (meant.test(node)) {
                setInputs(node, renamed(node.inputs(), tensor, replacement));
            }
        }
    }

    /** Makes the producer of a tensor call it something else; readers are not changed. */
    public void renameOutput(Node node, String tensor, String replacement) {
        setOutputs(node, renamed(node.outputs(), tensor, replacement));
    }

    private static List<String> renamed(List<String> names, String from, String to) {
        return names.stream().map(each -> each.equals(from) ? to : each).toList();
    }

    /** Adds or replaces a stored tensor. */
    public void setInitializer(TensorProto tensor) {
        initializers.put(tensor.getName(), tensor);
        usedNames.add(tensor.getName());
    }

    /** Changes how the inputs are declared. */
    public void declareInputs(UnaryOperator<ValueInfoProto> change) {
        inputs.replaceAll(change);
    }

    /** Changes how the outputs are declared. */
    public void declareOutputs(UnaryOperator<ValueInfoProto> change) {
        outputs.replaceAll(change);
    }

    /** Drops nodes whose outputs nobody reads, then stored tensors that nobody reads. */
    public void removeUnused() {
        boolean changed = true;
        while (changed) {
            List<Node> unused = nodes.stream().filter(this::unused).toList();
            unused.forEach(this::remove);
            changed = !unused.isEmpty();
        }
        initializers.keySet().removeIf(tensor -> consumers(tensor).isEmpty() && !isOutput(tensor));
    }

    private boolean unused(Node node) {
        return node.outputs().stream()
                .allMatch(output -> consumers.getOrDefault(output, Set.of()).isEmpty() && !isOutput(output));
    }

    private void reindexed(Node node, Runnable change) {
        unindex(node);
        change.run();
        index(node);
    }

    private void index(Node node) {
        for (String output : node.outputs()) {
            if (!output.isEmpty()) {
                producers.put(output, node);
                usedNames.add(output);
            }
        }
        readBy(node).forEach(tensor -> consumers
                .computeIfAbsent(tensor, key -> new LinkedHashSet<>())
                .add(node));
    }

    private void unindex(Node node) {
        node.outputs().forEach(output -> producers.remove(output, node));
        readBy(node).forEach(tensor -> {
            Set<Node> readers = consumers.get(tensor);
            if (readers != null) {
                readers.remove(node);
            }
        });
    }

    private static Set<String> readBy(Node node) {
        Set<String> names = new LinkedHashSet<>(node.inputs());
        names.addAll(node.captured());
        names.remove("");
        return names;
    }

    GraphProto toProto() {
        List<NodeProto> sorted = sorted().stream().map(Node::toProto).toList();
        return GraphProto.newBuilder()
                .setName(name)
                .addAllNode(sorted)
                .addAllInitializer(initializers.values())
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .build();
    }
}
