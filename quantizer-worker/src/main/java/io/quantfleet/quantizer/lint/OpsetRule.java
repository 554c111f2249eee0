package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.Node;

/** {@code opset}: the model declares the operator set that its QuantizeLinear and DequantizeLinear need. */
final class OpsetRule implements LintRule {
    private static final int FIRST = 10;
    private static final int PER_CHANNEL = 13;
    private static final int OTHER_WIDTHS = 21;

    @Override
    public void check(LintSubject subject, Findings findings) {
        int opset = subject.model().opset();
        for (Coding coding : subject.codings()) {
            Node node = coding.node();
            int needed = needed(coding);
            if (node.domain().isEmpty() && opset < needed) {
                findings.error(
                        "opset",
                        node,
                        "a " + node.operator() + " like this one exists from opset " + needed
                                + " on, and the model is of opset " + opset + ": export it again with opset_version="
                                + needed + " or later");
            }
        }
    }

    private static int needed(Coding coding) {
        int bits = coding.type().bits();
        if (coding.block() > 0 || bits == 4 || bits == 16) {
            return OTHER_WIDTHS;
        }
        return coding.perTensor() ? FIRST : PER_CHANNEL;
    }
}
