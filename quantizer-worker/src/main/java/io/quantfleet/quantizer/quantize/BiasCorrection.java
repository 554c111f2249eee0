package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.calibration.CalibrationRequest.ChannelAxis;
import io.quantfleet.quantizer.calibration.ChannelMeans;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.InputChannels;
import io.quantfleet.quantizer.prepare.OutputChannels;
import io.quantfleet.quantizer.prepare.TensorFacts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Shifts biases by what rounded weights add to the mean of each output channel: the expected error of a channel is the
 * error of its weights times the means of what they are multiplied with. Nagel et al. 2019, <em>Data-Free Quantization
 * Through Weight Equalization and Bias Correction</em>, section 4.2, with means taken from calibration samples.
 */
final class BiasCorrection {
    private final Graph graph;
    private final Map<String, ChannelMeans> means;

    BiasCorrection(Graph graph, Map<String, ChannelMeans> means) {
        this.graph = graph;
        this.means = means;
    }

    /** The tensors whose channels' means are needed, and where their channels are. */
    static Map<String, ChannelAxis> needed(Graph graph, TensorFacts facts, Iterable<Node> nodes) {
        Map<String, ChannelAxis> needed = new LinkedHashMap<>();
        for (Node node : nodes) {
            int rank = facts.rank(node.inputs().get(0)).orElse(0);
            if (correctable(graph, node) && rank >= 2) {
                needed.put(node.inputs().get(0), new ChannelAxis(1, rank));
            }
        }
        return needed;
    }

    // Transposed convolutions spread their inputs unevenly; a Gemm with factors has its bias scaled.
    private static boolean correctable(Graph graph, Node node) {
        boolean plainGemm = node.is("Gemm") && node.integer("transA", 0) == 0 && node.number("alpha", 1) == 1;
        return (node.is("Conv") || plainGemm)
                && graph.initializer(node.inputs().get(1))
                        .filter(Tensors::isFloat)
                        .isPresent()
                && (node.input(2).isEmpty()
                        || node.input(2)
                                .flatMap(graph::initializer)
                                .filter(Tensors::isFloat)
                                .isPresent());
    }

    /** Gives the layer a bias that makes up for the difference between its weight and the one it will have. */
    void apply(Node layer, TensorProto weight, WeightQuantizer.Quantized quantized) {
        ChannelMeans inputs = means.get(layer.inputs().get(0));
        if (inputs == null || !correctable(graph, layer)) {
            return;
        }
        OutputChannels channels = OutputChannels.of(layer, weight);
        float[] bias = bias(layer, channels.count());
        if (bias.length != channels.count()) {
            return;
        }
        float[] errors = quantized.errors(Tensors.floats(weight));
        InputChannels read = InputChannels.of(layer, weight);
        double[] shift = new double[bias.length];
        for (int i = 0; i < errors.length; i++) {
            shift[channels.ofElement(i)] += errors[i] * inputs.mean(read.ofElement(i));
        }
        for (int i = 0; i < bias.length; i++) {
            bias[i] = (float) (bias[i] - shift[i]);
        }
        String wanted = layer.input(2).orElse(weight.getName() + "_bias") + "_corrected";
        String name = graph.freshName(wanted);
        graph.setInitializer(Tensors.ofFloats(name, List.of((long) bias.length), bias));
        graph.setInput(layer, 2, name);
    }

    private float[] bias(Node layer, int channels) {
        Optional<TensorProto> stored = layer.input(2).flatMap(graph::initializer);
        return stored.map(Tensors::floats).orElseGet(() -> new float[channels]);
    }
}
