package io.quantfleet.quantizer.prepare;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes a mean over all spatial axes of an image, or of a signal, as GlobalAveragePool, which runtimes have int8 kernels
 * for; PyTorch exports the last pooling of most networks as a ReduceMean. Means that belong to a norm stay what they are:
 * runtimes fuse a norm by its operators.
 */
final class MeanToAveragePool {
    private static final Set<String> CONVOLVING =
            Set.of("Conv", "ConvTranspose", "MaxPool", "AveragePool", "BatchNormalization");

    private static final Set<String> BY_ELEMENT = Set.of(
            "Relu",
            "Clip",
            "LeakyRelu",
            "PRelu",
            "Elu",
            "HardSwish",
            "HardSigmoid",
            "Sigmoid",
            "Tanh",
            "Gelu",
            "Erf",
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Min",
            "Max");

    private MeanToAveragePool() {}

    static void apply(Graph graph, TensorFacts facts) {
        for (Node node : graph.nodes()) {
            if (node.is("ReduceMean")
                    && facts.isFloat(node.inputs().get(0))
                    && spatial(graph, facts, node)
                    && !ofNorm(graph, node)) {
                replace(graph, node);
            }
        }
    }

    private static boolean spatial(Graph graph, TensorFacts facts, Node mean) {
        String input = mean.inputs().get(0);
        int rank = facts.rank(input).orElse(0);
        Optional<List<Long>> axes = mean.integers("axes").or(() -> mean.input(1)
                .flatMap(graph::initializer)
                .map(Tensors::longs)
                .map(values -> Arrays.stream(values).boxed().toList()));
        if (rank < 3 || axes.isEmpty() || (rank == 3 && !convolved(graph, facts, input))) {
            return false;
        }
        TreeSet<Long> reduced = new TreeSet<>();
        axes.get().forEach(axis -> reduced.add(axis < 0 ? axis + rank : axis));
        return reduced.size() == rank - 2 && reduced.first() == 2 && reduced.last() == rank - 1;
    }

    // Three dimensions may as well be a text's tokens and their channels, of which nobody pools the last.
    private static boolean convolved(Graph graph, TensorFacts facts, String tensor) {
        Deque<String> open = new ArrayDeque<>(List.of(tensor));
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Optional<Node> maker = Optional.of(open.pop()).filter(seen::add).flatMap(graph::producer);
            if (maker.filter(node -> CONVOLVING.contains(node.operator())).isPresent()) {
                return true;
            }
            maker.filter(node -> BY_ELEMENT.contains(node.operator())).ifPresent(node -> node.inputs().stream()
                    .filter(input -> facts.rank(input).equals(facts.rank(tensor)))
                    .forEach(open::push));
        }
        return false;
    }

    // The mean that a norm subtracts, and the one of squares.
    private static boolean ofNorm(Graph graph, Node mean) {
        String input = mean.inputs().get(0);
        boolean subtracted = graph.consumers(mean.output()).stream()
                .anyMatch(reader -> reader.is("Sub") && reader.inputs().get(0).equals(input));
        boolean square = graph.producer(input)
                .filter(maker -> maker.is("Pow")
                        || (maker.is("Mul")
                                && maker.inputs().get(0).equals(maker.inputs().get(1))))
                .isPresent();
        return subtracted || square;
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
