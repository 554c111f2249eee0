package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The end of a model of which one layer is quantized: from the tensors that this does not touch to the output.
 *
 * @param layer the layer's name
 * @param model what is left to be computed
 * @param inputs the tensors of the FP32 model that it starts from
 */
record Suffix(String layer, OnnxModel model, List<TensorSpec> inputs) {

    /** Cuts off what quantization does not touch. */
    static Suffix of(String layer, OnnxModel variant, TensorFacts facts, String output) {
        Graph graph = variant.graph();
        Set<String> touched = touched(graph);
        Set<String> constant = constants(graph);
        Set<String> starts = new LinkedHashSet<>();
        Set<String> seen = new HashSet<>();
        Deque<String> wanted = new ArrayDeque<>(List.of(output));
        while (!wanted.isEmpty()) {
            String tensor = wanted.pop();
            if (tensor.isEmpty()
                    || !seen.add(tensor)
                    || graph.initializer(tensor).isPresent()) {
                continue;
            }
            if (!touched.contains(tensor) && !constant.contains(tensor)) {
                starts.add(tensor);
                continue;
            }
            Optional<Node> maker = graph.producer(tensor);
            maker.ifPresent(node -> {
                wanted.addAll(node.inputs());
                wanted.addAll(node.captured());
            });
        }
        List<TensorSpec> inputs = new ArrayList<>();
        starts.forEach(tensor -> Optional.ofNullable(facts.specs().get(tensor)).ifPresent(inputs::add));
        return new Suffix(layer, variant.between(inputs, List.of(output)), inputs);
    }

    // Everything that depends on a tensor that is computed and then quantized.
    private static Set<String> touched(Graph graph) {
        Set<String> constant = constants(graph);
        Set<String> touched = new HashSet<>();
        for (Node node : graph.sorted()) {
            boolean quantizes = node.is("QuantizeLinear")
                    && !constant.contains(node.inputs().get(0));
            boolean stored = node.inputs().stream().anyMatch(in -> isStoredQuantized(graph, in));
            if (quantizes || stored || node.inputs().stream().anyMatch(touched::contains)) {
                touched.addAll(node.outputs());
            }
        }
        return touched;
    }

    private static boolean isStoredQuantized(Graph graph, String tensor) {
        return graph.producer(tensor)
                .filter(node -> node.is("DequantizeLinear")
                        && graph.initializer(node.inputs().get(0)).isPresent())
                .isPresent();
    }

    private static Set<String> constants(Graph graph) {
        Set<String> constant = new HashSet<>();
        for (Node node : graph.sorted()) {
            boolean all = !node.hasSubgraph()
                    && node.inputs().stream()
                            .allMatch(in -> in.isEmpty()
                                    || constant.contains(in)
                                    || graph.initializer(in).isPresent());
            if (all) {
                constant.addAll(node.outputs());
            }
        }
        return constant;
    }
}
