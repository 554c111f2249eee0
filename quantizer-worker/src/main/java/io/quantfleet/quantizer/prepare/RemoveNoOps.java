package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;

/** Drops operators that hand on what they get: Identity, Dropout outside of training, Cast from float to float. */
final class RemoveNoOps {
    private RemoveNoOps() {}

    static void apply(Graph graph, TensorFacts facts) {
        for (Node node : graph.nodes()) {
            if (node.input(0).isPresent() && handsOn(node, graph, facts)) {
                bypass(graph, node);
            }
        }
    }

    private static boolean handsOn(Node node, Graph graph, TensorFacts facts) {
        if (node.is("Dropout")) {
            boolean maskUnread = node.outputs().size() < 2
                    || (graph.consumers(node.outputs().get(1)).isEmpty()
                            && !graph.isOutput(node.outputs().get(1)));
            return maskUnread && node.input(2).map(mode -> isFalse(graph, mode)).orElse(true);
        }
        boolean sameType = node.is("Cast")
                && node.integer("to", 0) == TensorProto.DataType.FLOAT_VALUE
                && facts.isFloat(node.inputs().get(0));
        return node.is("Identity") || sameType;
    }

    private static boolean isFalse(Graph graph, String mode) {
        return graph.initializer(mode)
                .filter(value -> value.hasRawData()
                        ? value.getRawData().byteAt(0) == 0
                        : value.getInt32DataCount() > 0 && value.getInt32Data(0) == 0)
                .isPresent();
    }

    private static void bypass(Graph graph, Node node) {
        String from = node.inputs().get(0);
        String to = node.output();
        boolean captured = graph.consumers(to).stream()
                .anyMatch(reader -> reader.captured().contains(to));
        if (!graph.isOutput(to) && !captured) {
            graph.redirect(to, from, reader -> true);
            graph.remove(node);
            return;
        }
        // The name must stay: let the maker of the input make it, where nothing else holds the input's name.
        boolean fromCaptured = graph.consumers(from).stream()
                .anyMatch(reader -> reader.captured().contains(from));
        if (!graph.isOutput(from) && !fromCaptured && graph.producer(from).isPresent()) {
            graph.remove(node);
            graph.renameOutput(graph.producer(from).orElseThrow(), from, to);
            graph.redirect(from, to, reader -> true);
        }
    }
}
