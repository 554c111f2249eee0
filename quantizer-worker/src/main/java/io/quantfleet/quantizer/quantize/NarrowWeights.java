package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import java.util.Map;

/** Why a model may have no FP32 weight: it was exported in a narrower type of floats. */
public final class NarrowWeights {
    private static final Map<Integer, String> TYPES =
            Map.of(TensorProto.DataType.FLOAT16_VALUE, "FP16", TensorProto.DataType.BFLOAT16_VALUE, "BF16");

    private NarrowWeights() {}

    /** What to say of a graph in which nothing can be quantized, after what is missing; empty if there is nothing to say. */
    public static String advice(Graph graph) {
        return graph.initializers().stream()
                .filter(tensor -> tensor.getDimsCount() > 1 && TYPES.containsKey(tensor.getDataType()))
                .findFirst()
                .map(tensor -> ". Its weight " + tensor.getName() + " is stored as " + TYPES.get(tensor.getDataType())
                        + ": export the model in FP32")
                .orElse("");
    }
}
