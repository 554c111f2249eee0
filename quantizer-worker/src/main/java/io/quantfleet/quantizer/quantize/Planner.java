package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.DeviceClassProfile.Outputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what is quantized for a device class. Layers with weights are, where the profile lists them; what only adds,
 * pools or bounds is if everything it reads was made by a quantized operator; what only moves values goes with its
 * neighbours. A bound such as Relu right after a layer belongs to it: nothing is quantized between them.
 */
final class Planner {
    private final Graph graph;
    private final TensorFacts facts;
    private final DeviceClassProfile profile;
    private final Recipe recipe;
    private final Map<String, String> excluded;
    private final Set<Node> quantized = new LinkedHashSet<>();
    private final Set<String> tensors = new LinkedHashSet<>();

    private Planner(Graph graph, TensorFacts facts, Recipe recipe) {
        this.graph = graph;
        this.facts = facts;
        this.recipe = recipe;
        this.profile = recipe.profile();
        this.excluded = recipe.leftFloat();
    }

    /** Makes the plan for a graph. */
    static QuantizationPlan plan(Graph graph, TensorFacts facts, Recipe recipe) {
        return new Planner(graph, facts, recipe).plan();
    }

    private QuantizationPlan plan() {
        List<Node> candidates = graph.sorted().stream()
                .filter(node -> Operators.computesFloats(node, facts))
                .toList();
        List<Node> listed = candidates.stream().filter(this::listed).toList();
        listed.stream()
                .filter(node -> profile.everyOperator() || node.isLayer())
                .forEach(quantized::add);
        int before;
        do {
            before = quantized.size();
            chooseTensors();
            listed.stream().filter(this::joins).forEach(quantized::add);
        } while (quantized.size() > before);
        return new QuantizationPlan(quantized, tensors, sources(), leftFloat(candidates), wide());
    }

    // What a layer reads has 16 bits only if whoever makes it computes with 16 bits as well; what it gives keeps them
    // up to the next layers, through whatever adds, normalizes or bounds it.
    private Set<Node> wide() {
        Set<Node> wide = new LinkedHashSet<>();
        if (profile.activations().type().bytes() > 1) {
            return wide;
        }
        quantized.stream().filter(node -> recipe.isWide(node.label())).forEach(layer -> {
            wide.add(layer);
            computedData(layer).forEach(tensor -> widenMaker(tensor, wide));
            layer.outputs().forEach(tensor -> widenReaders(tensor, wide));
        });
        return wide;
    }

    private void widenMaker(String tensor, Set<Node> wide) {
        Optional<Node> maker = graph.producer(tensor);
        Optional<Node> layer = maker.flatMap(this::boundOf).or(() -> maker.filter(quantized::contains));
        if (layer.isPresent()) {
            wide.add(layer.get());
            maker.ifPresent(wide::add);
            if (Operators.isMover(layer.get(), graph)) {
                computedData(layer.get()).forEach(moved -> widenMaker(moved, wide));
            }
        }
    }

    private void widenReaders(String tensor, Set<Node> wide) {
        for (Node reader : graph.consumers(tensor)) {
            boolean follows = boundOf(reader).isPresent() || quantized.contains(reader);
            if (follows && !reader.isLayer() && wide.add(reader)) {
                reader.outputs().forEach(made -> widenReaders(made, wide));
            }
        }
    }

    private boolean listed(Node node) {
        boolean known = profile.everyOperator()
                || node.isLayer()
                || Operators.isFollower(node)
                || Operators.isMover(node, graph);
        return known
                && profile.operators().contains(node.operator())
                && !node.hasSubgraph()
                && !excluded.containsKey(node.label());
    }

    private boolean joins(Node node) {
        List<String> data = computedData(node);
        if (data.isEmpty()) {
            return Operators.isTableLookup(node, graph);
        }
        boolean allMadeQuantized = data.stream().allMatch(this::madeQuantized);
        if (Operators.isFollower(node)) {
            return allMadeQuantized;
        }
        boolean beside =
                tensors.contains(data.get(0)) || node.outputs().stream().anyMatch(tensors::contains);
        return Operators.isMover(node, graph)
                && (beside || (allMadeQuantized && profile.activations().outputs() == Outputs.EVERY));
    }

    private List<String> computedData(Node node) {
        return Operators.dataInputs(node, facts).stream()
                .map(place -> node.inputs().get(place))
                .filter(tensor -> graph.initializer(tensor).isEmpty())
                .toList();
    }

    private boolean madeQuantized(String tensor) {
        return graph.producer(tensor)
                .filter(maker -> quantized.contains(maker) || boundOf(maker).isPresent())
                .isPresent();
    }

    // The quantized layer that a bound belongs to.
    private Optional<Node> boundOf(Node bound) {
        if (!Operators.isBound(bound)) {
            return Optional.empty();
        }
        String between = bound.inputs().get(0);
        return graph.producer(between)
                .filter(quantized::contains)
                .filter(Operators::takesActivation)
                .filter(maker -> graph.consumers(between).size() == 1 && !graph.isOutput(between));
    }

    private void chooseTensors() {
        tensors.clear();
        for (Node node : quantized) {
            if (boundOf(node).isEmpty()) {
                tensors.addAll(computedData(node));
            }
        }
        // What is picked from a table is quantized anyhow: runtimes would make floats of the whole table for it else.
        quantized.stream()
                .filter(node ->
                        profile.activations().outputs() == Outputs.EVERY || Operators.isTableLookup(node, graph))
                .forEach(this::chooseOutputs);
    }

    private void chooseOutputs(Node node) {
        for (String output : node.outputs()) {
            if (!facts.isFloat(output)) {
                continue;
            }
            List<Node> readers = graph.consumers(output);
            boolean bounded = readers.size() == 1 && boundOf(readers.get(0)).isPresent();
            String result = bounded ? readers.get(0).output() : output;
            boolean read = graph.consumers(result).stream().anyMatch(quantized::contains);
            if (read || profile.everyOperator() || !Operators.mayGiveFloats(node)) {
                tensors.add(result);
            }
        }
    }

    private Map<String, String> sources() {
        Map<String, String> sources = new LinkedHashMap<>();
        for (String tensor : tensors) {
            String source = tensor;
            Optional<Node> maker = graph.producer(source);
            while (maker.filter(quantized::contains)
                    .filter(node -> Operators.isMover(node, graph))
                    .filter(node -> tensors.contains(node.inputs().get(0)) || Operators.isTableLookup(node, graph))
                    .isPresent()) {
                source = maker.orElseThrow().inputs().get(0);
                maker = graph.producer(source);
            }
            sources.put(tensor, source);
        }
        return sources;
    }

    private List<FloatLayer> leftFloat(List<Node> candidates) {
        List<FloatLayer> left = new ArrayList<>();
        for (Node node : candidates) {
            if (!quantized.contains(node) && boundOf(node).isEmpty()) {
                left.add(new FloatLayer(node.label(), node.operator(), reason(node)));
            }
        }
        return left;
    }

    private String reason(Node node) {
        if (excluded.containsKey(node.label())) {
            return excluded.getOrDefault(node.label(), "");
        }
        if (node.hasSubgraph()) {
            return "it has graphs of its own";
        }
        if (!profile.operators().contains(node.operator())) {
            return "the profile of " + profile.name() + " does not list its operator";
        }
        if (!listed(node)) {
            return "its operator has no integer form";
        }
        return "what it reads is made in FP32";
    }
}
