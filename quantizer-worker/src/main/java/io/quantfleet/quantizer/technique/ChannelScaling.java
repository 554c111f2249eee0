package io.quantfleet.quantizer.technique;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.ChangedTensors;
import io.quantfleet.quantizer.onnx.ElementChange;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.InputChannels;
import io.quantfleet.quantizer.prepare.OutputChannels;
import java.util.List;
import java.util.Optional;

/**
 * Changes single channels of layers. Stored tensors are replaced by new ones: others may share the old.
 *
 * @param graph whose layers are changed
 * @param tensors makes the new ones
 */
record ChannelScaling(Graph graph, ChangedTensors tensors) {
    private static final String EQUALIZED = "_equalized";

    /** Of a graph whose tensors are in memory. */
    static ChannelScaling of(Graph graph) {
        return new ChannelScaling(graph, Tensors::changed);
    }

    /** Divides what the layer makes. */
    void divideOutputs(Node layer, double[] factors) {
        TensorProto weight = LayerPair.weight(graph, layer);
        OutputChannels channels = OutputChannels.of(layer, weight);
        replace(layer, 1, weight, EQUALIZED, (i, value) -> (float) (value / factors[channels.ofElement(i)]));
        layer.input(2)
                .flatMap(graph::initializer)
                .ifPresent(bias -> replace(layer, 2, bias, EQUALIZED, (i, value) -> (float) (value / factors[i])));
    }

    /** Multiplies the weights that read each channel. */
    void multiplyInputs(Node layer, double[] factors) {
        TensorProto weight = LayerPair.weight(graph, layer);
        InputChannels channels = InputChannels.of(layer, weight);
        replace(layer, 1, weight, EQUALIZED, (i, value) -> (float) (value * factors[channels.ofElement(i)]));
    }

    /** Divides a stored vector. */
    void divide(NormReaders.Vector vector, double[] factors, String suffix) {
        TensorProto stored =
                graph.initializer(vector.node().inputs().get(vector.place())).orElseThrow();
        replace(vector.node(), vector.place(), stored, suffix, (i, value) -> (float) (value / factors[i]));
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

    private void replace(Node node, int place, TensorProto old, String suffix, ElementChange change) {
        String name = graph.freshName(old.getName() + suffix);
        graph.setInitializer(tensors.change(old, name, change));
        graph.setInput(node, place, name);
    }
}
