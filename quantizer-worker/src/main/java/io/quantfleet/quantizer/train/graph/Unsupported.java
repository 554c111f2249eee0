package io.quantfleet.quantizer.train.graph;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Node;

/** Says that a node can't be trained through. */
final class Unsupported {
    private Unsupported() {}

    static QuantizerException operator(Node node) {
        String domain = node.domain().isEmpty() ? "" : node.domain() + ".";
        return new QuantizerException(
                ReasonCode.OPERATOR_UNSUPPORTED,
                "the operator " + domain + node.operator() + " (node " + node.label()
                        + ") can't be trained through; quantize this model without training");
    }

    static QuantizerException because(Node node, String what) {
        return new QuantizerException(
                ReasonCode.OPERATOR_UNSUPPORTED,
                "node " + node.label() + ": " + node.operator() + " with " + what
                        + " can't be trained through; quantize this model without training");
    }

    /** Refuses a node unless a condition holds. */
    static void unless(boolean condition, Node node, String what) {
        if (!condition) {
            throw because(node, what);
        }
    }
}
