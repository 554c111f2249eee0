package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.HashSet;
import java.util.Set;

/** Checks that every tensor of a graph is made exactly once and that everything that is read is made. */
final class GraphCheck {
    private GraphCheck() {}

    static void check(GraphProto graph, String what) {
        Set<String> made = new HashSet<>();
        graph.getInitializerList().forEach(tensor -> {
            if (tensor.getName().isEmpty() || !made.add(tensor.getName())) {
                throw malformed(what, "stores two tensors named \"" + tensor.getName() + "\"");
            }
        });
        graph.getInputList().forEach(input -> made.add(input.getName()));
        for (NodeProto node : graph.getNodeList()) {
            for (String output : node.getOutputList()) {
                if (!output.isEmpty() && !made.add(output)) {
                    throw malformed(what, "makes tensor " + output + " twice");
                }
            }
        }
        for (NodeProto node : graph.getNodeList()) {
            for (String input : node.getInputList()) {
                if (!input.isEmpty() && !made.contains(input)) {
                    throw malformed(
                            what, "has a node " + label(node) + " that reads " + input + ", which nothing makes");
                }
            }
        }
        graph.getOutputList().forEach(output -> {
            if (!made.contains(output.getName())) {
                throw malformed(what, "has an output " + output.getName() + " that nothing makes");
            }
        });
        if (graph.getOutputCount() == 0) {
            throw malformed(what, "has no output");
        }
    }

    private static String label(NodeProto node) {
        return node.getOpType() + " " + node.getName();
    }

    private static QuantizerException malformed(String what, String fault) {
        return new QuantizerException(ReasonCode.MODEL_MALFORMED, what + " " + fault);
    }
}
