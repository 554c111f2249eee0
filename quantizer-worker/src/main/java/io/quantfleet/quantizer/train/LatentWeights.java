package io.quantfleet.quantizer.train;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.train.graph.DifferentiableGraph;
import io.quantfleet.quantizer.train.graph.PyTorch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts the floats behind a variant's integers from the FP32 weights that they were rounded from, where those can be told. */
final class LatentWeights {
    /** A part of a step beyond the half by which rounding moves a value. */
    private static final float SLACK = 0.02f;

    private LatentWeights() {}

    /** Gives the graph's stored integers, as far as they are the roundings of FP32 weights, those weights. */
    static void from(OnnxModel fp32, DifferentiableGraph variant) {
        Graph original = fp32.graph();
        Map<String, Node> layers = new HashMap<>();
        original.nodes().stream().filter(Node::isLayer).forEach(node -> layers.put(node.label(), node));
        Graph quantized = variant.model().graph();
        for (Node layer : quantized.nodes()) {
            Node before = layers.get(layer.label());
            if (before == null || !layer.isLayer()) {
                continue;
            }
            Optional<String> integers = quantized
                    .producer(layer.inputs().get(1))
                    .filter(maker -> maker.operator().equals("DequantizeLinear"))
                    .map(maker -> maker.inputs().get(0))
                    .filter(name -> quantized.initializer(name).isPresent());
            Optional<TensorProto> weight =
                    original.initializer(before.inputs().get(1)).filter(Tensors::isFloat);
            if (integers.isPresent() && weight.isPresent()) {
                start(variant, integers.get(), weight.get());
            }
        }
    }

    private static void start(DifferentiableGraph variant, String integers, TensorProto weight) {
        List<Long> dimensions =
                variant.model().graph().initializer(integers).orElseThrow().getDimsList();
        if (!weight.getDimsList().equals(dimensions)) {
            return;
        }
        float[] floats = Tensors.floats(weight);
        if (isRounded(variant.parameter(integers).toFloatArray(), floats, largestStep(variant, integers))) {
            PyTorch.assign(variant.parameter(integers), floats);
        }
    }

    private static float largestStep(DifferentiableGraph variant, String integers) {
        String scale = variant.quantizer(integers).orElseThrow().scaleName();
        float largest = 0;
        for (float step : variant.parameter(scale).toFloatArray()) {
            largest = Math.max(largest, step);
        }
        return largest;
    }

    // Most elements must be near; some may have been cut off.
    private static boolean isRounded(float[] rounded, float[] floats, float step) {
        int far = 0;
        for (int i = 0; i < floats.length; i++) {
            far += Math.abs(rounded[i] - floats[i]) > (0.5f + SLACK) * step ? 1 : 0;
        }
        return far <= floats.length / 10;
    }
}
