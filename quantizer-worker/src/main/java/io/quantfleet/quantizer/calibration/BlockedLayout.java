package io.quantfleet.quantizer.calibration;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OptimizedGraph;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lets tensors out of ONNX Runtime in the layout that it computes them in. Its convolutions hold their channels in blocks,
 * and what leaves the graph is put back into ONNX's order first, element by element: as much work as most of the
 * convolutions. To a histogram, order means nothing.
 */
final class BlockedLayout {
    private static final String DOMAIN = "com.microsoft.nchwc";
    /** A multiple of the blocks of every processor. Fewer channels than a whole block are padded, and are put in order. */
    private static final int BLOCK = 16;

    private BlockedLayout() {}

    /**
     * A model optimized for this machine whose outputs have the names, types, shapes and elements that the model's have,
     * but not their order.
     *
     * @return the model, to be loaded without further optimization; empty if there is nothing to win
     * @throws io.quantfleet.quantizer.QuantizerException if ONNX Runtime refuses the model
     */
    static Optional<ByteBuffer> keptByOutputs(OnnxModel model) {
        ModelProto optimized = OptimizedGraph.of(model.serialized(), RuntimeOptions.threads(1));
        GraphProto graph = optimized.getGraph();
        Map<String, String> names = blockedOutputs(graph);
        if (names.isEmpty()) {
            return Optional.empty();
        }
        GraphProto.Builder changed = graph.toBuilder().clearNode();
        for (NodeProto node : graph.getNodeList()) {
            if (!isReordering(node) || !names.containsKey(node.getInput(0))) {
                changed.addNode(renamed(node, names));
            }
        }
        return Optional.of(
                OnnxModel.ofAnyForm(optimized.toBuilder().setGraph(changed).build())
                        .serialized());
    }

    // By blocked tensor, the output that is the same tensor in order.
    private static Map<String, String> blockedOutputs(GraphProto graph) {
        Set<String> outputs = new HashSet<>();
        graph.getOutputList().stream().map(ValueInfoProto::getName).forEach(outputs::add);
        graph.getNodeList().forEach(node -> node.getInputList().forEach(outputs::remove));
        Map<String, String> names = new HashMap<>();
        if (graph.getNodeList().stream().anyMatch(BlockedLayout::hasSubgraph)) {
            // It may read any tensor without saying so.
            return names;
        }
        for (NodeProto node : graph.getNodeList()) {
            if (isReordering(node) && wholeBlocks(node) && outputs.contains(node.getOutput(0))) {
                names.put(node.getInput(0), node.getOutput(0));
            }
        }
        return names;
    }

    private static boolean hasSubgraph(NodeProto node) {
        return node.getAttributeList().stream()
                .anyMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0);
    }

    private static boolean isReordering(NodeProto node) {
        return node.getDomain().equals(DOMAIN) && node.getOpType().equals("ReorderOutput");
    }

    private static boolean wholeBlocks(NodeProto node) {
        return node.getAttributeList().stream()
                .anyMatch(attribute -> attribute.getName().equals("channels") && attribute.getI() % BLOCK == 0);
    }

    private static NodeProto renamed(NodeProto node, Map<String, String> names) {
        NodeProto.Builder renamed = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            renamed.setInput(i, names.getOrDefault(node.getInput(i), node.getInput(i)));
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
            renamed.setOutput(i, names.getOrDefault(node.getOutput(i), node.getOutput(i)));
        }
        return renamed.build();
    }
}
