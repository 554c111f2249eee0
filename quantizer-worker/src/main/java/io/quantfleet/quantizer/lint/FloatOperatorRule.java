package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.target.Precision;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * {@code float-operator}: where the profile has no floats, every operator on floats stands between a DequantizeLinear and a
 * QuantizeLinear; where it has no FP32 layers, every layer does.
 */
final class FloatOperatorRule implements LintRule {
    /** Places from which on inputs are parameters, which stay in floats. */
    private static final Map<String, Integer> DATA_INPUTS =
            Map.of("Conv", 2, "ConvTranspose", 2, "Gemm", 2, "Clip", 1, "Resize", 1, "Pad", 1, "Upsample", 1);

    private static final Set<String> NO_OPERATION = Set.of("Constant", "ConstantOfShape", "Identity");

    @Override
    public void check(LintSubject subject, Findings findings) {
        boolean every = subject.profile().everyOperator();
        boolean layers = !subject.profile().layers().contains(Precision.FLOAT32);
        if (!every && !layers) {
            return;
        }
        FloatTensors floats = new FloatTensors(subject.quantized());
        for (Node node : subject.graph().sorted()) {
            if (concerns(node, floats) && (every || LintSubject.isLayer(node))) {
                fault(node, subject, floats)
                        .ifPresent(
                                fault -> findings.error(
                                        "float-operator",
                                        node,
                                        node.operator() + " " + fault + ": "
                                                + subject.profile().name()
                                                + " computes on integers only; quantize it, or replace the operator in the model"));
            }
        }
    }

    private static boolean concerns(Node node, FloatTensors floats) {
        return !QuantizedGraph.quantizes(node)
                && !QuantizedGraph.dequantizes(node)
                && !NO_OPERATION.contains(node.operator())
                && node.outputs().stream().anyMatch(floats::contains);
    }

    private static Optional<String> fault(Node node, LintSubject subject, FloatTensors floats) {
        if (node.hasSubgraph()) {
            return Optional.of("has a graph of its own, which is computed in floats");
        }
        int data = Math.min(
                DATA_INPUTS.getOrDefault(node.operator(), Integer.MAX_VALUE),
                node.inputs().size());
        Optional<String> read = IntStream.range(0, data)
                .mapToObj(node.inputs()::get)
                .filter(tensor -> floats.contains(tensor) && !subject.dequantized(tensor))
                .filter(tensor -> !belongsToLayer(node, tensor, subject))
                .findFirst();
        if (read.isPresent()) {
            return Optional.of("reads " + read.get() + " in floats");
        }
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
