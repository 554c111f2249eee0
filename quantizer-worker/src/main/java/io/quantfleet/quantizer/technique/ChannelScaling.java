package io.quantfleet.quantizer.technique;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.InputChannels;
import io.quantfleet.quantizer.prepare.OutputChannels;
import java.util.List;
import java.util.Optional;

/** Changes single channels of layers. Stored tensors are replaced by new ones: others may share the old. */
final class ChannelScaling {
    private ChannelScaling() {}

    /** Divides what the layer makes. */
    static void divideOutputs(Graph graph, Node layer, double[] factors) {
        TensorProto weight = LayerPair.weight(graph, layer);
        OutputChannels channels = OutputChannels.of(layer, weight);
        float[] values = Tensors.floats(weight);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] / factors[channels.ofElement(i)]);
        }
        replace(graph, layer, 1, weight, values);
        Optional<TensorProto> bias = layer.input(2).flatMap(graph::initializer);
        if (bias.isPresent()) {
            float[] shifts = Tensors.floats(bias.get());
            for (int i = 0; i < shifts.length; i++) {
                shifts[i] = (float) (shifts[i] / factors[i]);
            }
            replace(graph, layer, 2, bias.get(), shifts);
        }
    }

    /** Multiplies the weights that read each channel. */
    static void multiplyInputs(Graph graph, Node layer, double[] factors) {
        TensorProto weight = LayerPair.weight(graph, layer);
        InputChannels channels = InputChannels.of(layer, weight);
        float[] values = Tensors.floats(weight);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * factors[channels.ofElement(i)]);
        }
        replace(graph, layer, 1, weight, values);
    }

    /** Divides a stored vector. */
    static void divide(Graph graph, NormReaders.Vector vector, double[] factors, String suffix) {
        TensorProto stored =
                graph.initializer(vector.node().inputs().get(vector.place())).orElseThrow();
        float[] values = Tensors.floats(stored);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] / factors[i]);
        }
        String name = graph.freshName(stored.getName() + suffix);
        graph.setInitializer(Tensors.ofFloats(name, stored.getDimsList(), values));
        graph.setInput(vector.node(), vector.place(), name);
    }

    /** Adds to a layer's bias, giving it one if it has none. */
    static void shiftOutputs(Graph graph, Node layer, double[] shifts) {
        Optional<TensorProto> bias = layer.input(2).flatMap(graph::initializer);
        float[] values = bias.map(Tensors::floats).orElseGet(() -> new float[shifts.length]);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] + shifts[i]);
        }
        String name = graph.freshName(bias.map(TensorProto::getName).orElse(layer.label() + "_bias") + "_shifted");
        graph.setInitializer(Tensors.ofFloats(name, List.of((long) values.length), values));
        graph.setInput(layer, 2, name);
    }

    private static void replace(Graph graph, Node layer, int place, TensorProto old, float[] values) {
        String name = graph.freshName(old.getName() + "_equalized");
        graph.setInitializer(Tensors.ofFloats(name, old.getDimsList(), values));
        graph.setInput(layer, place, name);
    }
}
