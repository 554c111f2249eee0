package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.calibration.Range;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.DeviceClassProfile.Activations;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Carries out a plan: gives every tensor its scale and rewrites the graph so that quantized operators read their data,
 * weights and biases through DequantizeLinear.
 */
final class QdqInserter {
    /** A layer's first inputs are multiplied; what is added after them is not data. */
    private static final int FACTORS = 2;

    private final Graph graph;
    private final TensorFacts facts;
    private final DeviceClassProfile profile;
    private final QuantizationPlan plan;
    private final QdqWriter writer;
    private final LayerWeights weights;
    private final Map<String, Affine> parameters = new LinkedHashMap<>();
    private final Map<String, String> storedData = new HashMap<>();

    private QdqInserter(
            Graph graph,
            TensorFacts facts,
            Recipe recipe,
            QuantizationPlan plan,
            BiasCorrection correction,
            WeightCache cache) {
        this.graph = graph;
        this.facts = facts;
        this.profile = recipe.profile();
        this.plan = plan;
        this.writer = new QdqWriter(graph);
        this.weights = new LayerWeights(graph, recipe, writer, correction, cache);
    }

    static void apply(
            Graph graph,
            TensorFacts facts,
            Recipe recipe,
            QuantizationPlan plan,
            Map<String, Range> ranges,
            BiasCorrection correction,
            WeightCache cache) {
        QdqInserter inserter = new QdqInserter(graph, facts, recipe, plan, correction, cache);
        inserter.chooseParameters(ranges);
        inserter.dropBounds();
        inserter.quantizeStored();
        inserter.parameters.forEach(inserter.writer::quantizeActivation);
        graph.removeUnused();
    }

    private void chooseParameters(Map<String, Range> ranges) {
        for (String tensor : plan.tensors()) {
            String source = plan.sources().getOrDefault(tensor, tensor);
            parameters.put(tensor, affine(source, ranges));
        }
    }

    private Affine affine(String source, Map<String, Range> ranges) {
        Activations activations = profile.activations();
        if (!activations.symmetric()
                && graph.producer(source).filter(Operators::givesShares).isPresent()) {
            // What NNAPI demands of such outputs: all steps from 0 to just below 1.
            IntegerType type = activations.type();
            return new Affine(type, 1f / (type.greatest() - type.least() + 1), type.least());
        }
        Range range = graph.initializer(source)
                .map(stored -> Range.of(Tensors.floats(stored)))
                .or(() -> Optional.ofNullable(ranges.get(source)))
                .orElseThrow(() -> new IllegalStateException("tensor " + source + " was not calibrated"));
        return Affine.of(range, activations.type(), activations.symmetric());
    }

    // The integers' own bounds do what a Relu or Clip would do.
    private void dropBounds() {
        for (Node bound : graph.nodes()) {
            if (!Operators.isBound(bound) || !parameters.containsKey(bound.output())) {
                continue;
            }
            String between = bound.inputs().get(0);
            Optional<Node> layer =
                    graph.producer(between).filter(plan.nodes()::contains).filter(Operators::takesActivation);
            boolean alone = graph.consumers(between).size() == 1
                    && !graph.isOutput(between)
                    && !parameters.containsKey(between);
            if (layer.isPresent() && alone && holds(parameters.get(bound.output()), bound)) {
                graph.remove(bound);
                graph.renameOutput(layer.get(), between, bound.output());
            }
        }
    }

    private boolean holds(Affine affine, Node bound) {
        Optional<Float> least = bound.is("Relu") ? Optional.of(0f) : limit(bound, 1, Float.NEGATIVE_INFINITY);
        Optional<Float> greatest =
                bound.is("Relu") ? Optional.of(Float.POSITIVE_INFINITY) : limit(bound, 2, Float.POSITIVE_INFINITY);
        float slack = affine.scale() * 1e-3f;
        return least.filter(limit -> affine.lowest() >= limit - slack).isPresent()
                && greatest.filter(limit -> affine.highest() <= limit + slack).isPresent();
    }

    private Optional<Float> limit(Node clip, int place, float otherwise) {
        return clip.input(place).isEmpty()
                ? Optional.of(otherwise)
                : clip.input(place)
                        .flatMap(graph::initializer)
                        .filter(Tensors::isFloat)
                        .map(stored -> Tensors.floats(stored)[0]);
    }

    private void quantizeStored() {
        for (Node node : plan.nodes()) {
            if (!graph.contains(node)) {
                continue;
            }
            boolean layer = Operators.isLayer(node) && weights.quantize(node, parameters);
            boolean factorsOnly = Operators.isLayer(node);
            Operators.dataInputs(node, facts).stream()
                    .filter(place -> !layer && (place < FACTORS || !factorsOnly))
                    .forEach(place -> graph.initializer(node.inputs().get(place))
                            .filter(Tensors::isFloat)
                            .ifPresent(stored -> graph.setInput(node, place, quantizedData(stored))));
        }
    }

    private String quantizedData(TensorProto stored) {
        Activations activations = profile.activations();
        return storedData.computeIfAbsent(
                stored.getName(),
                name -> writer.storeQuantized(
                        stored, WeightQuantizer.perTensor(stored, activations.type(), activations.symmetric())));
    }
}
