package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import java.util.List;
import java.util.Optional;

/**
 * Tells tensors whose extremes come cheaper than by three reductions: the bounded outputs of convolutions, most of what
 * there is in a convolutional network. They begin at zero, so only their greatest value must be found.
 */
final class ShortWay {
    private final Graph graph;

    ShortWay(Graph graph) {
        this.graph = graph;
    }

    /** Whether it is a convolution's output after a bound that lets nothing below zero pass. */
    boolean reachesZeroAndPools(String tensor) {
        return graph.producer(tensor)
                .filter(this::boundsAtZero)
                .flatMap(bound -> graph.producer(bound.inputs().get(0)))
                .filter(maker -> maker.is("Conv"))
                .isPresent();
    }

    private boolean boundsAtZero(Node node) {
        return node.is("Relu")
                || (node.is("Clip") && bound(node, 1).filter(low -> low == 0).isPresent());
    }

    /** Between which values a Clip holds a tensor; empty if none does. */
    Optional<Range> bounds(String tensor) {
        return graph.producer(tensor).filter(node -> node.is("Clip")).flatMap(clip -> bound(clip, 1)
                .flatMap(low -> bound(clip, 2).filter(high -> low <= high).map(high -> new Range(low, high))));
    }

    private Optional<Float> bound(Node clip, int input) {
        return clip.input(input).flatMap(graph::number);
    }

    /** Whether what is no number in it would make what is computed from it no number either: convolutions add it up. */
    boolean showsInLaterSums(String tensor) {
        List<Node> readers = graph.consumers(tensor).stream()
                .filter(node -> !node.is("GlobalMaxPool"))
                .toList();
        return !graph.isOutput(tensor) && !readers.isEmpty() && readers.stream().allMatch(node -> node.is("Conv"));
    }
}
