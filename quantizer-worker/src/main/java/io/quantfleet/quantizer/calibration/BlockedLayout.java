package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.OptimizedModel;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.List;
import java.util.Optional;

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
    static Optional<OnnxModel> keptByOutputs(OnnxModel model) {
        OnnxModel optimized = OptimizedModel.of(model, RuntimeOptions.threads(1));
        Graph graph = optimized.graph();
        List<Node> nodes = graph.sorted();
        // A subgraph may read any tensor, in the order that it expects.
        if (nodes.stream().anyMatch(Node::hasSubgraph)) {
            return Optional.empty();
        }
        boolean changed = false;
        for (Node node : nodes) {
            if (isLastReordering(node, graph)) {
                keepLayout(node, graph);
                changed = true;
            }
        }
        return changed ? Optional.of(optimized.withGraph(graph)) : Optional.empty();
    }

    private static boolean isLastReordering(Node node, Graph graph) {
        return node.domain().equals(DOMAIN)
                && node.operator().equals("ReorderOutput")
                && node.integer("channels", 1) % BLOCK == 0
                && graph.isOutput(node.output())
                && graph.consumers(node.output()).isEmpty()
                && !graph.isOutput(node.inputs().get(0));
    }

    // The tensor in blocks takes the name of the one in order.
    private static void keepLayout(Node reordering, Graph graph) {
        String blocked = reordering.inputs().get(0);
        graph.remove(reordering);
        graph.producer(blocked).ifPresent(maker -> graph.renameOutput(maker, blocked, reordering.output()));
        graph.redirect(blocked, reordering.output(), reader -> true);
    }
}
