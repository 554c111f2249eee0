package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.Optional;

/** Multiplies the factors alpha and beta of a Gemm into its weight and bias: runtimes' int8 kernels know no factors. */
final class PlainGemm {
    private PlainGemm() {}

    static void apply(Graph graph) {
        for (Node node : graph.nodes()) {
            if (node.is("Gemm")) {
                absorb(graph, node, "alpha", 1);
                absorb(graph, node, "beta", 2);
            }
        }
    }

    private static void absorb(Graph graph, Node gemm, String key, int place) {
        float factor = gemm.number(key, 1);
        Optional<TensorProto> stored =
                gemm.input(place).flatMap(graph::initializer).filter(Tensors::isFloat);
        if (factor == 1 || stored.isEmpty()) {
            return;
        }
        float[] values = Tensors.floats(stored.get());
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        String name = graph.freshName(stored.get().getName() + "_" + key);
        graph.setInitializer(Tensors.ofFloats(name, stored.get().getDimsList(), values));
        graph.setInput(gemm, place, name);
        gemm.drop(key);
    }
}
