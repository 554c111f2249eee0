package io.quantfleet.quantizer.prepare;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.List;
import java.util.Set;

/**
 * Brings a graph of opset 11 or 12 to 13, the first that can quantize each channel on its own. What changed its form on
 * the way is rewritten: axes and splits that became inputs, and Softmax, which used to flatten all axes from its own on.
 */
final class OpsetUpgrade {
    static final int TARGET = 13;

    private static final Set<String> AXES_BECAME_INPUT = Set.of("Squeeze", "Unsqueeze", "ReduceSum");
    private static final Set<String> FLATTENING = Set.of("Softmax", "LogSoftmax", "Hardmax");

    private final Graph graph;
    private final TensorFacts facts;

    private OpsetUpgrade(Graph graph, TensorFacts facts) {
        this.graph = graph;
        this.facts = facts;
    }

    /** Upgrades the graph where its opset is older than 13, and says which it is of then. */
    static int apply(Graph graph, int opset, TensorFacts facts) {
        if (opset >= TARGET) {
            return opset;
        }
        OpsetUpgrade upgrade = new OpsetUpgrade(graph, facts);
        graph.nodes().forEach(upgrade::upgrade);
        return TARGET;
    }

    private void upgrade(Node node) {
        if (!node.domain().isEmpty()) {
            return;
        }
        if (node.hasSubgraph()) {
            throw unsupported(node, "has graphs of its own");
        }
        if (AXES_BECAME_INPUT.contains(node.operator())) {
            attributeToInput(node, "axes");
        } else if (node.is("Split")) {
            attributeToInput(node, "split");
        } else if (FLATTENING.contains(node.operator())) {
            upgradeFlattening(node);
        } else if (node.is("Resize")) {
            upgradeResize(node);
        }
    }

    private void attributeToInput(Node node, String key) {
        node.integers(key).ifPresent(values -> {
            String name = graph.freshName(node.label() + "_" + key);
            graph.setInitializer(Tensors.ofLongs(
                    name, values.stream().mapToLong(Long::longValue).toArray()));
            node.drop(key);
            graph.setInput(node, 1, name);
        });
    }

    private void upgradeFlattening(Node node) {
        int rank = facts.rank(node.inputs().get(0))
                .orElseThrow(() -> unsupported(node, "has an input whose rank is not known"));
        long axis = node.integer("axis", 1);
        long positive = axis < 0 ? axis + rank : axis;
        if (positive == rank - 1) {
            node.with("axis", -1);
            return;
        }
        String input = node.inputs().get(0);
        String shape = graph.freshName(node.label() + "_shape");
        String flat = graph.freshName(node.label() + "_flat");
        String normalized = graph.freshName(node.label() + "_normalized");
        graph.remove(node);
        graph.add(Node.of(node.label() + "_shape", "Shape", List.of(input), List.of(shape)));
        graph.add(Node.of(node.label() + "_flatten", "Flatten", List.of(input), List.of(flat))
                .with("axis", positive));
        graph.add(Node.of(node.name(), node.operator(), List.of(flat), List.of(normalized))
                .with("axis", -1));
        graph.add(Node.of(node.label() + "_reshape", "Reshape", List.of(normalized, shape), node.outputs()));
    }

    private static void upgradeResize(Node node) {
        if (node.text("coordinate_transformation_mode", "half_pixel").equals("tf_half_pixel_for_nn")) {
            throw unsupported(node, "resizes in the mode tf_half_pixel_for_nn, which later opsets don't have");
        }
    }

    private static QuantizerException unsupported(Node node, String why) {
        return new QuantizerException(
                ReasonCode.OPSET_UNSUPPORTED,
                "the model must be brought to opset " + TARGET + ", but " + node + " " + why
                        + "; export it with opset_version " + TARGET + " or later");
    }
}
