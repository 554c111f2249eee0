package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Folds a BatchNormalization into the Conv, ConvTranspose or Gemm before it: each output channel's weights and bias are
 * scaled and shifted as the normalization would scale and shift the result.
 */
final class FoldBatchNormalization {
    private static final float DEFAULT_EPSILON = 1e-5f;

    private FoldBatchNormalization() {}

    /** Folds what can be folded, and gives what was said of the tensors that come out. */
    static BatchNormStatistics apply(Graph graph) {
        Map<String, List<ChannelNormal>> statistics = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            if (node.is("BatchNormalization") && node.integer("training_mode", 0) == 0) {
                layerBefore(graph, node).ifPresent(layer -> {
                    statistics.put(node.output(), statistics(graph, node));
                    fold(graph, layer, node);
                });
            }
        }
        return new BatchNormStatistics(statistics);
    }

    private static List<ChannelNormal> statistics(Graph graph, Node normalization) {
        float[] gain = stored(graph, normalization, 1);
        float[] shift = stored(graph, normalization, 2);
        List<ChannelNormal> channels = new ArrayList<>();
        for (int c = 0; c < gain.length; c++) {
            channels.add(new ChannelNormal(shift[c], Math.abs(gain[c])));
        }
        return channels;
    }

    private static Optional<Node> layerBefore(Graph graph, Node normalization) {
        String between = normalization.inputs().get(0);
        boolean alone = graph.consumers(between).size() == 1 && !graph.isOutput(between);
        boolean constant = normalization.inputs().stream().skip(1).allMatch(each -> graph.initializer(each)
                .filter(Tensors::isFloat)
                .isPresent());
        boolean plain = normalization.outputs().stream().skip(1).allMatch(String::isEmpty);
        return alone && constant && plain
                ? graph.producer(between).filter(layer -> foldable(graph, layer))
                : Optional.empty();
    }

    private static boolean foldable(Graph graph, Node layer) {
        boolean weighted = layer.is("Conv") || layer.is("ConvTranspose") || layer.is("Gemm");
        if (!weighted || layer.number("beta", 1) != 1) {
            return false;
        }
        Optional<TensorProto> weight =
                layer.input(1).flatMap(graph::initializer).filter(Tensors::isFloat);
        if (weight.isEmpty()) {
            return false;
        }
        long channels = OutputChannels.of(layer, weight.get()).count();
        return layer.input(2).isEmpty()
                || layer.input(2)
                        .flatMap(graph::initializer)
                        .filter(bias -> Tensors.isFloat(bias) && Tensors.elements(bias) == channels)
                        .isPresent();
    }

    private static void fold(Graph graph, Node layer, Node normalization) {
        float[] gain = stored(graph, normalization, 1);
        float[] shift = stored(graph, normalization, 2);
        float[] mean = stored(graph, normalization, 3);
        float[] variance = stored(graph, normalization, 4);
        double epsilon = normalization.number("epsilon", DEFAULT_EPSILON);
        TensorProto weight = graph.initializer(layer.inputs().get(1)).orElseThrow();
        float[] weights = Tensors.floats(weight);
        OutputChannels channels = OutputChannels.of(layer, weight);
        double[] factor = new double[gain.length];
        for (int c = 0; c < gain.length; c++) {
            factor[c] = gain[c] / Math.sqrt(variance[c] + epsilon);
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (weights[i] * factor[channels.ofElement(i)]);
        }
        float[] bias =
                layer.input(2).flatMap(graph::initializer).map(Tensors::floats).orElseGet(() -> new float[gain.length]);
        for (int c = 0; c < gain.length; c++) {
            bias[c] = (float) ((bias[c] - mean[c]) * factor[c] + shift[c]);
        }
        replace(graph, layer, weight, weights, bias);
        graph.remove(normalization);
        graph.setOutputs(layer, List.of(normalization.output()));
    }

    private static float[] stored(Graph graph, Node node, int index) {
        return Tensors.floats(graph.initializer(node.inputs().get(index)).orElseThrow());
    }

    // New names: the old tensors may be shared with other layers.
    private static void replace(Graph graph, Node layer, TensorProto weight, float[] weights, float[] bias) {
        String weightName = graph.freshName(weight.getName() + "_folded");
        String biasName = graph.freshName(layer.input(2).orElse(weight.getName() + "_bias") + "_folded");
        graph.setInitializer(Tensors.ofFloats(weightName, weight.getDimsList(), weights));
        graph.setInitializer(Tensors.ofFloats(biasName, List.of((long) bias.length), bias));
        List<String> inputs = new ArrayList<>(List.of(layer.inputs().get(0), weightName, biasName));
        graph.setInputs(layer, inputs);
    }
}
