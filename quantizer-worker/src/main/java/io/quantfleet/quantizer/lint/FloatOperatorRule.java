package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.target.Precision;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * {@code float-operator}: where the profile has no floats, every operator on floats stands between a DequantizeLinear and a
 * QuantizeLinear. Where it only has no FP32 layers, every layer of a variant with static activations reads its factors through
 * DequantizeLinear; what it gives may be floats.
 */
final class FloatOperatorRule implements LintRule {
    /** Places from which on inputs are parameters, which stay in floats. */
    private static final Map<String, Integer> DATA_INPUTS =
            Map.of("Conv", 2, "ConvTranspose", 2, "Gemm", 2, "Clip", 1, "Resize", 1, "Pad", 1, "Upsample", 1);

    private static final Set<String> NO_OPERATION = Set.of("Constant", "ConstantOfShape", "Identity");

    @Override
    public void check(LintSubject subject, Findings findings) {
        FloatTensors floats = new FloatTensors(subject.quantized());
        if (subject.profile().everyOperator()) {
            concerned(subject, floats)
                    .forEach(
                            node -> read(node, subject, floats)
                                    .or(() -> given(node, subject, floats))
                                    .ifPresent(
                                            fault -> findings.error(
                                                    "float-operator",
                                                    node,
                                                    node.operator() + " " + fault + ": "
                                                            + subject.profile().name()
                                                            + " computes on integers only; quantize it, or replace the operator in the model")));
        } else if (!subject.profile().layers().contains(Precision.FLOAT32) && isStatic(subject)) {
            concerned(subject, floats).filter(Node::isLayer).forEach(node -> read(node, subject, floats)
                    .ifPresent(fault -> findings.error(
                            "float-operator",
                            node,
                            node.operator() + " " + fault + ", and "
                                    + subject.profile().name()
                                    + " lists no float32 under layers: quantize it, or add float32 to the profile")));
        }
    }

    // Whole variants in other forms are the rule about forms' business.
    private static boolean isStatic(LintSubject subject) {
        return subject.activations().stream().anyMatch(coding -> QuantizedGraph.quantizes(coding.node()));
    }

    private static Stream<Node> concerned(LintSubject subject, FloatTensors floats) {
        return subject.graph().sorted().stream().filter(node -> concerns(node, floats));
    }

    private static boolean concerns(Node node, FloatTensors floats) {
        return !QuantizedGraph.quantizes(node)
                && !QuantizedGraph.dequantizes(node)
                && !NO_OPERATION.contains(node.operator())
                && node.outputs().stream().anyMatch(floats::contains);
    }

    private static Optional<String> read(Node node, LintSubject subject, FloatTensors floats) {
        if (node.hasSubgraph()) {
            return Optional.of("has a graph of its own, which is computed in floats");
        }
        int data = Math.min(
                DATA_INPUTS.getOrDefault(node.operator(), Integer.MAX_VALUE),
                node.inputs().size());
        return IntStream.range(0, data)
                .mapToObj(node.inputs()::get)
                .filter(tensor -> floats.contains(tensor) && !subject.dequantized(tensor))
                .filter(tensor -> !belongsToLayer(node, tensor, subject))
                .findFirst()
                .map(tensor -> "reads " + tensor + " in floats");
    }

    private static Optional<String> given(Node node, LintSubject subject, FloatTensors floats) {
        return node.outputs().stream()
                .filter(floats::contains)
                .filter(tensor -> !quantizedAtOnce(tensor, subject))
                .findFirst()
                .map(tensor -> "gives " + tensor + " in floats");
    }

    // A Relu or Clip that is computed together with what comes before it.
    private static boolean belongsToLayer(Node node, String tensor, LintSubject subject) {
        return LintSubject.isBound(node)
                && subject.graph().consumers(tensor).size() == 1
                && subject.graph().producer(tensor).isPresent();
    }

    private static boolean quantizedAtOnce(String tensor, LintSubject subject) {
        var readers = subject.graph().consumers(tensor);
        boolean bound = readers.size() == 1 && LintSubject.isBound(readers.get(0));
        return !subject.graph().isOutput(tensor) && (bound || readers.stream().allMatch(QuantizedGraph::quantizes));
    }
}
