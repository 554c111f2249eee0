package io.quantfleet.quantizer.prepare;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What BatchNorm said of the tensors that it made, kept when it was folded into the layers before: over the data that the
 * model was trained on, each channel has the mean that is its shift, and the deviation that is its gain. Immutable.
 *
 * @param channels by tensor, its channels
 */
public record BatchNormStatistics(Map<String, List<ChannelNormal>> channels) {

    public BatchNormStatistics {
        channels = Map.copyOf(channels);
    }

    /** The channels of a tensor, if BatchNorm made it. */
    public Optional<List<ChannelNormal>> of(String tensor) {
        return Optional.ofNullable(channels.get(tensor));
    }

    /** What is still true after a graph was rewritten: of tensors whose layers have the weights and biases that they had. */
    BatchNormStatistics after(Graph before, Graph rewritten) {
        Map<String, List<ChannelNormal>> kept = new LinkedHashMap<>();
        channels.forEach((tensor, normals) -> {
            Optional<List<TensorProto>> was = stored(before, tensor);
            if (was.isPresent() && was.equals(stored(rewritten, tensor))) {
                kept.put(tensor, normals);
            }
        });
        return new BatchNormStatistics(kept);
    }

    private static Optional<List<TensorProto>> stored(Graph graph, String tensor) {
        return graph.producer(tensor).map(layer -> stored(graph, layer));
    }

    private static List<TensorProto> stored(Graph graph, Node layer) {
        return layer.inputs().stream()
                .flatMap(input -> graph.initializer(input).stream())
                .toList();
    }
}
