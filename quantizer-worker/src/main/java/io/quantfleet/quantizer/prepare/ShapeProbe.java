package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.ModelParts;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.RuntimeOptions.Optimization;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Learns types, shapes and constant values of a model's tensors. Types and most shapes ONNX Runtime infers; what it does
 * not, and constants, are learnt by running the model once on one sample and once on two. A dimension that differs follows
 * the batch; a tensor that is computed from constants and shapes alone, and has the same value both times, is a constant.
 */
final class ShapeProbe {
    private static final Set<String> UNREPEATABLE = Set.of(
            "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli");

    private static final int OTHER_BATCH = 2;

    /**
     * What was learnt.
     *
     * @param facts types and shapes of all tensors
     * @param constants values of tensors that are computed, but always the same
     * @param outputs what the model gave of 32-bit floats, run by run
     */
    record Findings(TensorFacts facts, Map<String, TensorProto> constants, List<Map<String, float[]>> outputs) {}

    private final Graph graph;
    private final ModelParts parts;
    private final Set<String> candidates;
    private final Map<String, TensorSpec> specs = new HashMap<>();
    private final Map<String, HostTensor> values = new LinkedHashMap<>();
    private final List<Map<String, float[]>> outputs = new ArrayList<>();

    private ShapeProbe(Graph graph, ModelParts parts) {
        this.graph = graph;
        this.parts = parts;
        this.candidates = candidates(graph);
    }

    static Findings run(OnnxModel model, SampleSource samples) {
        return run(model, samples, parts());
    }

    /** The same, by what loaded a model with the same weights before. */
    static Findings run(OnnxModel model, SampleSource samples, ModelParts parts) {
        return new ShapeProbe(model.graph(), parts).probe(model, samples);
    }

    /** Loads models; of what several have in common, it has one copy outside the heap. */
    static ModelParts parts() {
        return ModelParts.inMemory(RuntimeOptions.threads(1).withoutPrepacking());
    }

    private Findings probe(OnnxModel model, SampleSource samples) {
        Set<String> tensors = new LinkedHashSet<>();
        graph.sorted().forEach(node -> tensors.addAll(node.outputs()));
        tensors.remove("");
        Map<String, TensorSpec> unsure = infer(model.withOutputs(tensors));
        Graph measured = model.graph();
        Map<String, String> shapes = new LinkedHashMap<>();
        for (String tensor : unsure.keySet()) {
            String shape = measured.freshName(tensor + "_shape");
            measured.add(Node.of(shape, "Shape", List.of(tensor), List.of(shape)));
            shapes.put(tensor, shape);
        }
        Set<String> wanted = new LinkedHashSet<>(shapes.values());
        wanted.addAll(candidates);
        tensors.stream().filter(graph::isOutput).forEach(wanted::add);
        OnnxModel shown = model.withGraph(measured).withOutputs(wanted);
        parts.load(shown, session -> {
            session.inputs().forEach(input -> specs.put(input.name(), input));
            boolean fixed = session.inputs().stream()
                    .anyMatch(input -> input.fixedBatch().isPresent());
            see(session.run(feeds(session.inputs(), samples, 1), wanted), shapes, unsure);
            if (!fixed) {
                see(session.run(feeds(session.inputs(), samples, OTHER_BATCH), wanted), shapes, unsure);
            }
        });
        graph.initializers()
                .forEach(tensor -> Tensors.spec(tensor).ifPresent(spec -> specs.put(tensor.getName(), spec)));
        Map<String, TensorProto> constants = new LinkedHashMap<>();
        values.forEach((name, value) -> constants.put(name, Tensors.of(name, value)));
        return new Findings(new TensorFacts(specs), constants, outputs);
    }

    // Tensors that depend on nothing but constants and shapes.
    private static Set<String> candidates(Graph graph) {
        Set<String> settled = new HashSet<>();
        graph.initializers().forEach(tensor -> settled.add(tensor.getName()));
        Set<String> computed = new HashSet<>();
        for (Node node : graph.sorted()) {
            boolean ofShape = node.is("Shape") || node.is("Size");
            boolean repeatable = !node.hasSubgraph() && !UNREPEATABLE.contains(node.operator());
            if (ofShape
                    || (repeatable && node.inputs().stream().allMatch(in -> in.isEmpty() || settled.contains(in)))) {
                settled.addAll(node.outputs());
                computed.addAll(node.outputs());
            }
        }
        return computed;
    }

    private static Map<String, HostTensor> feeds(List<TensorSpec> inputs, SampleSource samples, int batch) {
        Map<String, HostTensor> feeds = new LinkedHashMap<>();
        for (TensorSpec input : inputs) {
            int rows = (int) input.fixedBatch().orElse(batch);
            List<Long> shape = new ArrayList<>(input.shape());
            shape.set(0, (long) rows);
            HostTensor tensor = HostTensor.allocate(input.type(), shape);
            for (int row = 0; row < rows; row++) {
                samples.fill(row % samples.size(), input.name(), tensor.data());
            }
            tensor.data().rewind();
            feeds.put(input.name(), tensor);
        }
        return feeds;
    }

    // Gives back the tensors of unknown shape.
    private Map<String, TensorSpec> infer(OnnxModel model) {
        Map<String, TensorSpec> unsure = new LinkedHashMap<>();
        RuntimeOptions options = RuntimeOptions.threads(1).withoutPrepacking().withOptimization(Optimization.NONE);
        parts.load(model, options, session -> session.outputs()
                .forEach(output -> (session.infersShape(output) ? specs : unsure).put(output.name(), output)));
        return unsure;
    }

    private void see(Map<String, HostTensor> seen, Map<String, String> shapes, Map<String, TensorSpec> unsure) {
        boolean first = outputs.isEmpty();
        unsure.forEach((tensor, spec) -> {
            HostTensor shape = Objects.requireNonNull(seen.get(shapes.get(tensor)));
            specs.merge(
                    tensor,
                    spec.withShape(shape(shape)),
                    (before, now) -> before.withShape(common(before.shape(), now.shape())));
        });
        Map<String, float[]> given = new LinkedHashMap<>();
        seen.forEach((name, value) -> {
            if (graph.isOutput(name) && value.type() == ElementType.FLOAT32) {
                given.put(name, value.floats());
            }
        });
        outputs.add(given);
        if (first) {
            seen.forEach((name, value) -> {
                if (candidates.contains(name)) {
                    values.put(name, value);
                }
            });
        } else {
            values.entrySet().removeIf(value -> !value.getValue().equals(seen.get(value.getKey())));
        }
    }

    private static List<Long> shape(HostTensor tensor) {
        long[] dimensions = new long[tensor.data().limit() / Long.BYTES];
        tensor.data().asLongBuffer().get(dimensions);
        return Arrays.stream(dimensions).boxed().toList();
    }

    private static List<Long> common(List<Long> one, List<Long> other) {
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < one.size(); i++) {
            boolean same = one.size() == other.size() && one.get(i).equals(other.get(i));
            shape.add(same ? one.get(i) : TensorSpec.DYNAMIC);
        }
        return shape;
    }
}
