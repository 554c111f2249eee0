package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.AttributeProto;
import com.google.protobuf.ByteString;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings a graph to a later opset: to 13, the first that can quantize each channel on its own, or on to 21, the first with
 * blocks and integers of 4 bits. What changed its form on the way is rewritten: axes and splits that became inputs, names
 * of modes, defaults, and Softmax, which used to flatten all axes from its own on. Stateless.
 */
public final class OpsetUpgrade {
    /** The first opset in which each channel can have a scale. */
    public static final int PER_CHANNEL = 13;

    private static final Set<String> FLATTENING = Set.of("Softmax", "LogSoftmax", "Hardmax");
    private static final Set<String> REDUCTIONS = Set.of(
            "ReduceL1",
            "ReduceL2",
            "ReduceLogSum",
            "ReduceLogSumExp",
            "ReduceMax",
            "ReduceMean",
            "ReduceMin",
            "ReduceProd",
            "ReduceSumSquare");
    /** What can't be brought there by rewriting the node alone, with the opset in which it changed. */
    private static final Map<String, Integer> CHANGED_MEANING = Map.of("DFT", 20, "GroupNormalization", 21);

    private static final Map<String, String> GRID_MODES = Map.of("bilinear", "linear", "bicubic", "cubic");

    private static final int AXES_OF_SQUEEZE = 13;
    private static final int MODE_OF_ROI_ALIGN = 16;
    private static final int AXES_OF_REDUCTIONS = 18;
    private static final int PARTS_OF_SPLIT = 18;
    private static final int MODES_OF_GRIDS = 20;

    private final Graph graph;
    private final TensorFacts facts;
    private final int from;
    private final int to;

    private OpsetUpgrade(Graph graph, TensorFacts facts, int from, int to) {
        this.graph = graph;
        this.facts = facts;
        this.from = from;
        this.to = to;
    }

    /**
     * Upgrades the graph where its opset is older than the wanted one.
     *
     * @return which it is of then
     * @throws QuantizerException {@code OPSET_UNSUPPORTED}, naming the node, if a node can't be brought there
     */
    public static int apply(Graph graph, int opset, int wanted, TensorFacts facts) {
        if (opset >= wanted) {
            return opset;
        }
        OpsetUpgrade upgrade = new OpsetUpgrade(graph, facts, opset, wanted);
        graph.nodes().forEach(upgrade::upgrade);
        return wanted;
    }

    /** Whether an operator that changed in that opset is affected. */
    private boolean passes(int opset) {
        return from < opset && opset <= to;
    }

    private void upgrade(Node node) {
        if (!node.domain().isEmpty()) {
            return;
        }
        if (node.hasSubgraph()) {
            throw unsupported(node, "has graphs of its own");
        }
        if (passes(CHANGED_MEANING.getOrDefault(node.operator(), 0))) {
            throw unsupported(node, "means something else there");
        }
        if (passes(PER_CHANNEL) && FLATTENING.contains(node.operator())) {
            upgradeFlattening(node);
        } else if (passes(PER_CHANNEL) && node.is("Resize")) {
            upgradeResize(node);
        } else {
            upgradeAttributes(node);
        }
    }

    private void upgradeAttributes(Node node) {
        switch (node.operator()) {
            case "Squeeze", "Unsqueeze", "ReduceSum" -> attributeToInput(node, "axes", AXES_OF_SQUEEZE);
            case "Split" -> upgradeSplit(node);
            case "RoiAlign" -> {
                if (passes(MODE_OF_ROI_ALIGN)) {
                    text(node, "coordinate_transformation_mode", "output_half_pixel");
                }
            }
            case "GridSample" -> {
                if (passes(MODES_OF_GRIDS)) {
                    String mode = node.text("mode", "bilinear");
                    text(node, "mode", GRID_MODES.getOrDefault(mode, mode));
                }
            }
            default -> {
                if (REDUCTIONS.contains(node.operator())) {
                    attributeToInput(node, "axes", AXES_OF_REDUCTIONS);
                }
            }
        }
    }

    private static void text(Node node, String key, String value) {
        node.with(AttributeProto.newBuilder()
                .setName(key)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build());
    }

    private void attributeToInput(Node node, String key, int opset) {
        if (!passes(opset)) {
            return;
        }
        node.integers(key).ifPresent(values -> {
            String name = graph.freshName(node.label() + "_" + key);
            graph.setInitializer(Tensors.ofLongs(
                    name, values.stream().mapToLong(Long::longValue).toArray()));
            node.drop(key);
            graph.setInput(node, 1, name);
        });
    }

    // Where the parts are not given they are equal, and from 18 on their number has to be.
    private void upgradeSplit(Node node) {
        attributeToInput(node, "split", AXES_OF_SQUEEZE);
        if (passes(PARTS_OF_SPLIT) && node.input(1).isEmpty()) {
            node.with("num_outputs", node.outputs().size());
        }
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

    private void upgradeResize(Node node) {
        if (node.text("coordinate_transformation_mode", "half_pixel").equals("tf_half_pixel_for_nn")) {
            throw unsupported(node, "resizes in the mode tf_half_pixel_for_nn, which later opsets don't have");
        }
    }

    private QuantizerException unsupported(Node node, String why) {
        return new QuantizerException(
                ReasonCode.OPSET_UNSUPPORTED,
                "the model must be brought to opset " + to + ", but " + node + " " + why
                        + "; export it with opset_version " + to + " or later");
    }
}
