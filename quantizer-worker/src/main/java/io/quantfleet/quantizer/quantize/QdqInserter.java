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
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final Activations narrow;
    private final Activations wide;
    private final QuantizationPlan plan;
    private final QdqWriter writer;
    private final LayerWeights weights;
    /** What tensors are stored as by whoever makes them. */
    private final Map<String, Affine> parameters = new LinkedHashMap<>();
    /** What they are as operators in 8 bits read them. */
    private final Map<String, Affine> narrowParameters = new LinkedHashMap<>();
    /** What they are as operators with 16 bits read them. */
    private final Map<String, Affine> wideParameters = new LinkedHashMap<>();

    private final Map<List<Object>, String> storedData = new HashMap<>();

    private QdqInserter(
            Graph graph,
            TensorFacts facts,
            Recipe recipe,
            QuantizationPlan plan,
            BiasCorrection correction,
            WeightCache cache) {
        this.graph = graph;
        this.facts = facts;
        DeviceClassProfile profile = recipe.profile();
        this.narrow = profile.activations();
        this.wide = profile.withWideActivations().activations();
        this.plan = plan;
        this.writer = new QdqWriter(graph);
        this.weights = new LayerWeights(graph, recipe, writer, correction, cache);
    }

    static void apply(
            Graph graph,
            TensorFacts facts,
            Recipe recipe,
            QuantizationPlan plan,
            List<TensorClip> clips,
            BiasCorrection correction,
            WeightCache cache) {
        QdqInserter inserter = new QdqInserter(graph, facts, recipe, plan, correction, cache);
        inserter.chooseParameters(clips);
        inserter.dropBounds();
        inserter.quantizeStored();
        inserter.parameters.keySet().forEach(inserter::quantizeActivation);
        graph.removeUnused();
    }

    private void chooseParameters(List<TensorClip> clips) {
        Map<String, Range> chosen = new HashMap<>();
        Map<String, Range> seen = new HashMap<>();
        clips.forEach(clip -> {
            chosen.put(clip.tensor(), clip.chosen());
            seen.put(clip.tensor(), clip.seen());
        });
        for (String tensor : plan.tensors()) {
            String source = plan.sources().getOrDefault(tensor, tensor);
            Affine few = affine(source, narrow, chosen);
            narrowParameters.put(tensor, few);
            if (plan.wide().isEmpty()) {
                parameters.put(tensor, few);
            } else {
                Affine many = affine(source, wide, seen);
                wideParameters.put(tensor, many);
                parameters.put(tensor, plan.isWide(graph, tensor) ? many : few);
            }
        }
    }

    private Affine affine(String source, Activations activations, Map<String, Range> ranges) {
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

    // Where an operator computes with other bits than the maker of what it reads, the integers are converted before it.
    private void quantizeActivation(String tensor) {
        Affine own = Objects.requireNonNull(parameters.get(tensor));
        boolean storedWide = !own.equals(narrowParameters.get(tensor));
        List<Node> others = graph.consumers(tensor).stream()
                .filter(plan.nodes()::contains)
                .filter(reader -> !plan.wide().isEmpty() && plan.wide().contains(reader) != storedWide)
                .toList();
        String reading = writer.quantizeActivation(tensor, own);
        if (!others.isEmpty()) {
            Map<String, Affine> theirs = storedWide ? narrowParameters : wideParameters;
            writer.convert(reading, Objects.requireNonNull(theirs.get(tensor)), others);
        }
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
        // Up to half a step beyond a bound, integers end where what is cut off there would be rounded to.
        float slack = affine.scale() * 0.499f;
        return least.filter(limit -> affine.lowest() >= limit - slack).isPresent()
                && greatest.filter(limit -> affine.highest() <= limit + slack).isPresent();
    }

    private Optional<Float> limit(Node clip, int place, float otherwise) {
        return clip.input(place).isEmpty()
                ? Optional.of(otherwise)
                : clip.input(place).flatMap(graph::number);
    }

    private void quantizeStored() {
        for (Node node : plan.nodes()) {
            if (!graph.contains(node)) {
                continue;
            }
            boolean layer = node.isLayer() && weights.quantize(node, readBy(node));
            boolean factorsOnly = node.isLayer();
            Operators.dataInputs(node, facts).stream()
                    .filter(place -> !layer && (place < FACTORS || !factorsOnly))
                    .forEach(place -> graph.initializer(node.inputs().get(place))
                            .filter(Tensors::isFloat)
                            .ifPresent(stored -> graph.setInput(node, place, quantizedData(node, stored))));
        }
    }

    private Map<String, Affine> readBy(Node node) {
        return plan.wide().contains(node) ? wideParameters : narrowParameters;
    }

    private String quantizedData(Node reader, TensorProto stored) {
        Activations activations = plan.wide().contains(reader) ? wide : narrow;
        return storedData.computeIfAbsent(
                List.of(stored.getName(), activations.type()),
                key -> writer.storeQuantized(
                        stored, WeightQuantizer.perTensor(stored, activations.type(), activations.symmetric())));
    }
}
