package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import java.util.Set;

/**
 * {@code operators}: there is none that the runtime doesn't know. Other runtimes than ONNX Runtime's CPU provider read
 * quantization from QuantizeLinear and DequantizeLinear, not from operators on integers.
 */
final class OperatorRule implements LintRule {
    private static final Set<String> PORTABLE = Set.of("", "ai.onnx.ml");
    private static final Set<String> ON_INTEGERS =
            Set.of("QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger", "DynamicQuantizeLinear");
    private static final Set<String> MACHINE_BOUND = Set.of("com.microsoft.nchwc", "com.ms.internal.nhwc");

    @Override
    public void check(LintSubject subject, Findings findings) {
        subject.graph().sorted().forEach(node -> check(node, subject, findings));
    }

    private static void check(Node node, LintSubject subject, Findings findings) {
        boolean cpu = subject.runsOn("onnxruntime-cpu");
        if (MACHINE_BOUND.contains(node.domain())) {
            findings.error(
                    "operators",
                    node,
                    "it is of ONNX Runtime's inner domain " + node.domain()
                            + ": the file is a graph that was optimized for one machine; give the one from before that");
        } else if (cpu
                || subject.runsOn("other")
                || QuantizedGraph.quantizes(node)
                || QuantizedGraph.dequantizes(node)) {
            if (cpu && !PORTABLE.contains(node.domain()) && !node.domain().equals("com.microsoft")) {
                findings.error("operators", node, "ONNX Runtime has no domain " + node.domain() + " of its own");
            }
        } else if (onIntegers(node)) {
            findings.error(
                    "operators",
                    node,
                    node.operator() + " computes on integers itself; "
                            + subject.profile().runtime()
                            + " reads quantization from QuantizeLinear and DequantizeLinear: quantize in QDQ form");
        } else if (!PORTABLE.contains(node.domain())) {
            findings.warning(
                    "operators",
                    node,
                    node.operator() + " is of domain " + node.domain() + ", which "
                            + subject.profile().runtime()
                            + " may not know: export the model with ONNX's own operators");
        }
    }

    private static boolean onIntegers(Node node) {
        return ON_INTEGERS.contains(node.operator())
                || node.operator().startsWith("QLinear")
                || node.operator().equals("QGemm")
                || node.operator().endsWith("NBits")
                || node.operator().startsWith("DynamicQuantize")
                || node.operator().startsWith("MatMulInteger");
    }
}
