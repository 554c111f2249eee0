package io.quantfleet.quantizer.prepare;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Writes a mean over all spatial axes as GlobalAveragePool, which runtimes have int8 kernels for; PyTorch exports the
 * last pooling of most networks as a ReduceMean.
 */
final class MeanToAveragePool {
    private MeanToAveragePool() {}

    static void apply(Graph graph, TensorFacts facts) {
        for (Node node : graph.nodes()) {
            if (node.is("ReduceMean") && facts.isFloat(node.inputs().get(0)) && spatial(graph, facts, node)) {
                replace(graph, node);
            }
        }
    }

    private static boolean spatial(Graph graph, TensorFacts facts, Node mean) {
        int rank = facts.rank(mean.inputs().get(0)).orElse(0);
        Optional<List<Long>> axes = mean.integers("axes").or(() -> mean.input(1)
                .flatMap(graph::initializer)
                .map(Tensors::longs)
                .map(values -> Arrays.stream(values).boxed().toList()));
        if (rank < 3 || axes.isEmpty()) {
            return false;
        }
        TreeSet<Long> reduced = new TreeSet<>();
        axes.get().forEach(axis -> reduced.add(axis < 0 ? axis + rank : axis));
        return reduced.size() == rank - 2 && reduced.first() == 2 && reduced.last() == rank - 1;
    }

    private static void replace(Graph graph, Node mean) {
        String input = mean.inputs().get(0);
        graph.remove(mean);
        if (mean.integer("keepdims", 1) == 1) {
            graph.add(Node.of(mean.name(), "GlobalAveragePool", List.of(input), mean.outputs()));
            return;
        }
        String pooled = graph.freshName(mean.output() + "_pooled");
        graph.add(Node.of(mean.name(), "GlobalAveragePool", List.of(input), List.of(pooled)));
        graph.add(Node.of(mean.label() + "_flatten", "Flatten", List.of(pooled), mean.outputs())
                .with("axis", 1));
    }
}
