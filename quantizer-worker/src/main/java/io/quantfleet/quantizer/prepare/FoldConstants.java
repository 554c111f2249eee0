package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import java.util.Map;
import java.util.Optional;

/**
 * Stores what is always computed to the same value. A constant that is far larger than what it is made from, as Expand
 * makes them, is left to be computed: it would only make the file larger.
 */
final class FoldConstants {
    private static final int ALWAYS_STORED_BYTES = 1 << 14;

    private final Graph graph;
    private final Map<String, TensorProto> constants;

    private FoldConstants(Graph graph, Map<String, TensorProto> constants) {
        this.graph = graph;
        this.constants = constants;
    }

    static void apply(Graph graph, Map<String, TensorProto> constants) {
        new FoldConstants(graph, constants).fold();
    }

    private void fold() {
        for (Node node : graph.nodes()) {
            if (folds(node)) {
                graph.remove(node);
                node.outputs().stream()
                        .flatMap(output -> Optional.ofNullable(constants.get(output)).stream())
                        .forEach(graph::setInitializer);
            }
        }
        graph.removeUnused();
    }

    private boolean folds(Node node) {
        return node.outputs().stream().allMatch(this::storable) && bytesMade(node) <= bytesAllowed(node);
    }

    // A graph's output stays computed: runtimes differ on outputs that are constants.
    private boolean storable(String output) {
        return output.isEmpty() || (constants.containsKey(output) && !graph.isOutput(output));
    }

    private long bytesMade(Node node) {
        return node.outputs().stream().mapToLong(this::bytes).sum();
    }

    private long bytesAllowed(Node node) {
        boolean stored = node.is("Constant");
        long read = node.inputs().stream().mapToLong(this::bytes).sum();
        return stored ? Long.MAX_VALUE : Math.max(ALWAYS_STORED_BYTES, 2 * read);
    }

    private long bytes(String tensor) {
        TensorProto value = graph.initializer(tensor).orElse(constants.get(tensor));
        return value == null ? 0 : value.getSerializedSize();
    }
}
