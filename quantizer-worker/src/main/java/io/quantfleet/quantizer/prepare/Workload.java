package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.Optional;

/** How much work an operator has with one sample. Stateless. */
public final class Workload {
    private static final double MILLION = 1e6;

    private Workload() {}

    /** Millions of multiplications where a weight is stored, millions of elements of the outputs elsewhere. */
    public static double millions(Graph graph, TensorFacts facts, Node node) {
        double elements = node.outputs().stream()
                .mapToDouble(output -> elements(facts, output))
                .sum();
        double each = node.input(1)
                .flatMap(graph::initializer)
                .filter(weight -> node.isLayer() && weight.getDimsCount() >= 2)
                .map(weight -> multiplications(node, weight))
                .orElse(1.0);
        return elements * each / MILLION;
    }

    private static double multiplications(Node layer, TensorProto weight) {
        return (double) Tensors.elements(weight)
                / OutputChannels.of(layer, weight).count();
    }

    private static double elements(TensorFacts facts, String tensor) {
        return Optional.ofNullable(facts.specs().get(tensor))
                .map(TensorSpec::sampleElements)
                .map(known -> known.orElse(0))
                .orElse(0L);
    }
}
