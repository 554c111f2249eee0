package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.TensorFacts;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What quantization must know about ONNX's operators. */
final class Operators {

    private static final Set<String> MOVERS = Set.of(
            "Reshape",
            "Transpose",
            "Flatten",
            "Split",
            "Slice",
            "Squeeze",
            "Unsqueeze",
            "Pad",
            "Resize",
            "MaxPool",
            "Expand",
            "Tile",
            "Gather",
            "DepthToSpace",
            "SpaceToDepth");

    private static final Set<String> FOLLOWERS = Set.of(
            "Add",
            "Sub",
            "Mul",
            "Div",
            "AveragePool",
            "GlobalAveragePool",
            "Concat",
            "Relu",
            "Clip",
            "LeakyRelu",
            "HardSwish",
            "Sigmoid",
            "Softmax");

    /** Inputs that hold data, where others are parameters that stay as they are. */
    private static final Map<String, List<Integer>> DATA_INPUTS = Map.ofEntries(
            Map.entry("Clip", List.of(0)),
            Map.entry("Resize", List.of(0)),
            Map.entry("Pad", List.of(0)),
            Map.entry("OneHot", List.of()),
            Map.entry("Range", List.of()),
            Map.entry("NonMaxSuppression", List.of(0, 1)));

    private static final Set<String> MAKES_ACTIVATION_INPUT = Set.of("Add", "Sub", "Mul", "Div");

    private Operators() {}

    /** Whether the operator is worth quantizing only between quantized ones. */
    static boolean isFollower(Node node) {
        return node.domain().isEmpty() && FOLLOWERS.contains(node.operator());
    }

    /** Whether the operator only moves or picks values, so that its output keeps its input's scale. */
    static boolean isMover(Node node, Graph graph) {
        if (!node.domain().isEmpty() || !MOVERS.contains(node.operator())) {
            return false;
        }
        if (node.is("Pad") && node.text("mode", "constant").equals("constant")) {
            return node.input(2).isEmpty() || isZero(graph, node.inputs().get(2));
        }
        // Cubic interpolation overshoots its input's range.
        return !node.is("Resize") || !node.text("mode", "nearest").equals("cubic");
    }

    /** Whether the operator picks rows of a stored table of floats, as an embedding does. */
    static boolean isTableLookup(Node node, Graph graph) {
        return node.is("Gather")
                && graph.initializer(node.inputs().get(0))
                        .filter(Tensors::isFloat)
                        .isPresent();
    }

    private static boolean isZero(Graph graph, String tensor) {
        return graph.number(tensor).filter(value -> value == 0).isPresent();
    }

    /** Whether the operator computes on floats or makes them, so that quantization concerns it at all. */
    static boolean computesFloats(Node node, TensorFacts facts) {
        return !node.is("Constant") && node.outputs().stream().anyMatch(facts::isFloat);
    }

    /** Places of the inputs that hold data in floats. */
    static List<Integer> dataInputs(Node node, TensorFacts facts) {
        List<Integer> places = DATA_INPUTS.getOrDefault(
                node.operator(),
                IntStream.range(0, node.inputs().size()).boxed().toList());
        return places.stream()
                .filter(place -> node.input(place).filter(facts::isFloat).isPresent())
                .toList();
    }

    /** Whether an activation right after it is computed together with it. */
    static boolean takesActivation(Node node) {
        return node.isLayer() || (node.domain().isEmpty() && MAKES_ACTIVATION_INPUT.contains(node.operator()));
    }

    /** Whether the operator only cuts off values beyond bounds. */
    static boolean isBound(Node node) {
        return node.is("Relu") || node.is("Clip");
    }

    /** Whether its outputs lie between 0 and 1 whatever it reads. */
    static boolean givesShares(Node node) {
        return node.is("Softmax") || node.is("Sigmoid");
    }

    /** Whether ONNX Runtime computes it in integers even if its output is left in floats. */
    static boolean mayGiveFloats(Node node) {
        return node.is("Gemm") || node.is("MatMul");
    }
}
