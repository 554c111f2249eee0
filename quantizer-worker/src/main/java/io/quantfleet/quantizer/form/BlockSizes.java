package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import java.util.HashSet;
import java.util.Set;

/**
 * What the matrices take that a variant stores for MatMulNBits.
 *
 * @param bytes integers, scales and zero points
 * @param fp32Bytes what the same matrices take in FP32
 */
public record BlockSizes(long bytes, long fp32Bytes) {

    /** Counts each stored tensor once. */
    public static BlockSizes of(OnnxModel variant) {
        Graph graph = variant.graph();
        Set<String> counted = new HashSet<>();
        long bytes = 0;
        long fp32Bytes = 0;
        for (Node node : graph.nodes()) {
            if (node.operator().equals("MatMulNBits")
                    && counted.add(node.inputs().get(1))) {
                fp32Bytes += node.integer("K", 0) * node.integer("N", 0) * Float.BYTES;
                for (String input : node.inputs().subList(1, node.inputs().size())) {
                    bytes += graph.initializer(input).map(BlockSizes::size).orElse(0);
                }
            }
        }
        return new BlockSizes(bytes, fp32Bytes);
    }

    private static int size(TensorProto tensor) {
        return tensor.getRawData().size();
    }
}
