package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.RuntimeOptions.Optimization;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Learns types, shapes and constant values by running the model with every tensor as an output, once on a batch of one
 * sample and once on two samples. What differs in shape follows the batch; a tensor that is computed from constants and
 * shapes alone, and has the same value both times, is a constant.
 *
 * <p>Running the model rather than inferring its shapes covers every operator that ONNX Runtime has.
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
    private final Set<String> candidates;
    private final Map<String, TensorSpec> specs = new HashMap<>();
    private final Map<String, HostTensor> values = new LinkedHashMap<>();
    private final List<Map<String, float[]>> outputs = new ArrayList<>();

    private ShapeProbe(Graph graph) {
        this.graph = graph;
        this.candidates = candidates(graph);
    }

    static Findings run(OnnxModel model, SampleSource samples) {
        return new ShapeProbe(model.graph()).probe(model, samples);
    }

    private Findings probe(OnnxModel model, SampleSource samples) {
        Set<String> wanted = new LinkedHashSet<>();
        graph.sorted().forEach(node -> wanted.addAll(node.outputs()));
        wanted.remove("");
        OnnxModel exposed = model.withOutputs(wanted);
        RuntimeOptions options = RuntimeOptions.threads(1).withOptimization(Optimization.NONE);
        try (OnnxSession session = OnnxSession.open(exposed.serialized(), options)) {
            session.inputs().forEach(input -> specs.put(input.name(), input));
            boolean fixed = session.inputs().stream()
                    .anyMatch(input -> input.fixedBatch().isPresent());
            see(session, feeds(session.inputs(), samples, 1), wanted, true);
            if (!fixed) {
                see(session, feeds(session.inputs(), samples, OTHER_BATCH), wanted, false);
            }
        }
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

    private void see(OnnxSession session, Map<String, HostTensor> feeds, Set<String> wanted, boolean first) {
        Map<String, float[]> given = new LinkedHashMap<>();
        outputs.add(given);
        session.run(feeds, wanted, output -> {
            String name = output.spec().name();
            if (graph.isOutput(name) && output.spec().type() == ElementType.FLOAT32) {
                given.put(name, output.elements().get().floats());
            }
            if (first) {
                specs.put(name, output.spec());
                if (candidates.contains(name)) {
                    values.put(name, output.elements().get());
                }
                return;
            }
            TensorSpec before = specs.get(name);
            if (before != null) {
                specs.put(
                        name,
                        before.withShape(common(before.shape(), output.spec().shape())));
            }
            if (values.containsKey(name)
                    && !values.get(name).equals(output.elements().get())) {
                values.remove(name);
            }
        });
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
