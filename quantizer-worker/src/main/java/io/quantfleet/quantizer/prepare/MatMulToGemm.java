package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.List;
import java.util.Optional;

/** Writes MatMul and the Add of a bias after it as one Gemm where both are matrices: its bias is kept exact then. */
final class MatMulToGemm {
    private MatMulToGemm() {}

    static void apply(Graph graph, TensorFacts facts) {
        for (Node node : graph.nodes()) {
            if (node.is("MatMul") && facts.rank(node.inputs().get(0)).orElse(0) == 2) {
                weight(graph, node).ifPresent(weight -> addAfter(graph, node)
                        .ifPresent(add -> replace(graph, node, add, weight.getDims(1))));
            }
        }
    }

    private static Optional<TensorProto> weight(Graph graph, Node node) {
        return graph.initializer(node.inputs().get(1))
                .filter(weight -> Tensors.isFloat(weight) && weight.getDimsCount() == 2);
    }

    private static Optional<Node> addAfter(Graph graph, Node node) {
        List<Node> readers = graph.consumers(node.output());
        return readers.size() == 1 && readers.get(0).is("Add") && !graph.isOutput(node.output())
                ? Optional.of(readers.get(0))
                : Optional.empty();
    }

    private static void replace(Graph graph, Node product, Node add, long columns) {
        int biasAt = add.inputs().get(0).equals(product.output()) ? 1 : 0;
        Optional<TensorProto> bias = graph.initializer(add.inputs().get(biasAt))
                .filter(tensor -> Tensors.isFloat(tensor)
                        && Tensors.elements(tensor) == columns
                        && tensor.getDimsCount() <= 2
                        && tensor.getDimsCount() > 0
                        && tensor.getDims(tensor.getDimsCount() - 1) == columns);
        if (bias.isEmpty()) {
            return;
        }
        String biasName = graph.freshName(bias.get().getName() + "_vector");
        graph.setInitializer(Tensors.ofFloats(biasName, List.of(columns), Tensors.floats(bias.get())));
        List<String> inputs = List.of(product.inputs().get(0), product.inputs().get(1), biasName);
        graph.remove(product);
        graph.remove(add);
        graph.add(Node.of(product.name(), "Gemm", inputs, add.outputs()));
    }
}
