package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import java.util.LinkedHashMap;
import java.util.Map;

/** The layers of a graph that are quantized with what they read. */
final class LayerMatrices {
    private LayerMatrices() {}

    /** What these layers read, with how many channels each has, in the order of the graph. */
    static Map<String, Integer> inputs(Graph graph, WeightOnlyOptions options) {
        Map<String, Integer> inputs = new LinkedHashMap<>();
        for (Node node : graph.sorted()) {
            if (node.isLayer() && !options.excluded().contains(node.label())) {
                StoredMatrix.of(graph, node)
                        .ifPresent(matrix -> inputs.putIfAbsent(node.inputs().get(0), matrix.rows()));
            }
        }
        return inputs;
    }
}
