package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.calibration.ChannelMeans;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.prepare.ChannelNormal;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Means of channels that need no samples: what BatchNorm made is taken to be normal, and Relu or Clip behind it to clip
 * that (Nagel et al. 2019, section 4.2.1). Averaging over all places keeps the means.
 */
public final class AnalyticMeans {
    private final PreparedModel prepared;
    private final Graph graph;
    private final Map<String, ChannelMeans> means = new HashMap<>();

    private AnalyticMeans(PreparedModel prepared) {
        this.prepared = prepared;
        this.graph = prepared.model().graph();
    }

    /** The means of those tensors of a model whose statistics allow it. */
    public static Map<String, ChannelMeans> of(PreparedModel prepared) {
        AnalyticMeans all = new AnalyticMeans(prepared);
        prepared.statistics()
                .channels()
                .forEach((tensor, channels) ->
                        all.add(tensor, channels, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
        all.graph.sorted().forEach(all::follow);
        return Map.copyOf(all.means);
    }

    private void add(String tensor, List<ChannelNormal> channels, double low, double high) {
        means.put(
                tensor,
                new ChannelMeans(channels.stream()
                        .mapToDouble(channel -> new ClippedNormal(channel, low, high).mean())
                        .toArray()));
    }

    private void follow(Node node) {
        Optional<String> input = node.input(0);
        Optional<List<ChannelNormal>> normal = input.flatMap(prepared.statistics()::of);
        if (normal.isPresent() && node.is("Relu")) {
            add(node.output(), normal.get(), 0, Double.POSITIVE_INFINITY);
        } else if (normal.isPresent() && node.is("Clip")) {
            clip(node, normal.get());
        } else if (node.is("GlobalAveragePool") || isFlatteningOfChannels(node)) {
            input.map(means::get).ifPresent(known -> means.put(node.output(), known));
        }
    }

    private void clip(Node node, List<ChannelNormal> channels) {
        Optional<Double> low = bound(node, 1, Double.NEGATIVE_INFINITY);
        Optional<Double> high = bound(node, 2, Double.POSITIVE_INFINITY);
        if (low.isPresent() && high.isPresent() && low.get() <= high.get()) {
            add(node.output(), channels, low.get(), high.get());
        }
    }

    private Optional<Double> bound(Node node, int index, double otherwise) {
        return node.input(index).isEmpty()
                ? Optional.of(otherwise)
                : node.input(index).flatMap(graph::number).map(Float::doubleValue);
    }

    // One element for each channel before, and so after.
    private boolean isFlatteningOfChannels(Node node) {
        return node.is("Flatten")
                && node.integer("axis", 1) == 1
                && prepared.facts()
                        .shape(node.inputs().get(0))
                        .filter(shape ->
                                shape.size() >= 2 && shape.stream().skip(2).allMatch(size -> size == 1))
                        .isPresent();
    }
}
