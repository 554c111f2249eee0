package io.quantfleet.quantizer.exchange;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import java.util.Optional;
import java.util.regex.Pattern;

/** What tensors were called in the model that a variant was made of: other tools know that model. */
final class TensorNames {
    private static final Pattern SUFFIX = Pattern.compile("(_q|_quantized)(_\\d+)?$");

    private final Graph graph;

    TensorNames(QuantizedGraph variant) {
        this.graph = variant.graph();
    }

    /** The tensor that a QuantizeLinear takes; where its pair gives an output of the model, that output. */
    String computed(Coding quantize) {
        Optional<String> output = graph.consumers(quantize.node().output()).stream()
                .filter(QuantizedGraph::dequantizes)
                .map(Node::output)
                .filter(graph::isOutput)
                .findFirst();
        return output.orElse(quantize.node().inputs().get(0));
    }

    /** Whether a QuantizeLinear only brings to another type what has integers already: the tensor is named without it. */
    boolean converts(Coding quantize) {
        return graph.producer(quantize.node().inputs().get(0))
                .filter(QuantizedGraph::dequantizes)
                .isPresent();
    }

    /** The stored tensor whose integers have this name. */
    String stored(String integers) {
        return SUFFIX.matcher(integers).replaceFirst("");
    }
}
