package io.quantfleet.quantizer.technique;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.InputChannels;
import io.quantfleet.quantizer.prepare.OutputChannels;
import io.quantfleet.quantizer.prepare.TensorFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Two layers of which the second alone reads the first, through nothing but operators that a positive factor passes
 * unchanged: each channel of the first can be divided and what the second does with it multiplied by the same factor.
 *
 * @param first the layer that makes the channels
 * @param bound the Relu or Clip after it, if there is one
 * @param second the layer that reads them
 */
record LayerPair(Node first, Optional<Node> bound, Node second) {
    private static final Set<String> HOMOGENEOUS =
            Set.of("Relu", "LeakyRelu", "MaxPool", "AveragePool", "GlobalAveragePool");

    /** All pairs of a graph, in its order. */
    static List<LayerPair> of(Graph graph, TensorFacts facts) {
        List<LayerPair> pairs = new ArrayList<>();
        for (Node node : graph.sorted()) {
            if (isLayer(graph, node)) {
                after(graph, facts, node).ifPresent(pairs::add);
            }
        }
        return pairs;
    }

    private static boolean isLayer(Graph graph, Node node) {
        boolean plainGemm = node.is("Gemm")
                && node.integer("transA", 0) == 0
                && node.number("alpha", 1) == 1
                && node.number("beta", 1) == 1;
        return (node.is("Conv") || plainGemm)
                && stored(graph, node, 1).isPresent()
                && (node.input(2).isEmpty()
                        || stored(graph, node, 2)
                                .filter(bias -> bias.getDimsCount() == 1)
                                .isPresent());
    }

    private static Optional<TensorProto> stored(Graph graph, Node node, int place) {
        return node.input(place).flatMap(graph::initializer).filter(Tensors::isFloat);
    }

    private static Optional<LayerPair> after(Graph graph, TensorFacts facts, Node first) {
        Optional<Node> bound = Optional.empty();
        Optional<Node> reader = soleReader(graph, first);
        while (reader.isPresent() && passes(graph, facts, reader.get())) {
            if (reader.get().is("Relu") || reader.get().is("Clip")) {
                if (bound.isPresent()) {
                    return Optional.empty();
                }
                bound = reader;
            }
            reader = soleReader(graph, reader.get());
        }
        Optional<Node> between = bound;
        return reader.filter(node -> isLayer(graph, node))
                .map(second -> new LayerPair(first, between, second))
                .filter(pair -> pair.readsAsData(graph));
    }

    private static Optional<Node> soleReader(Graph graph, Node maker) {
        List<Node> readers = graph.consumers(maker.output());
        return readers.size() == 1 && !graph.isOutput(maker.output()) ? Optional.of(readers.get(0)) : Optional.empty();
    }

    private static boolean passes(Graph graph, TensorFacts facts, Node node) {
        if (node.is("Clip")) {
            return limit(graph, node, 1).filter(least -> least == 0).isPresent()
                    && limit(graph, node, 2).filter(most -> most > 0).isPresent();
        }
        if (node.is("Flatten")) {
            // Only where a channel is one value.
            List<Long> shape = facts.shape(node.inputs().get(0)).orElse(List.of());
            return node.integer("axis", 1) == 1
                    && shape.size() > 2
                    && shape.stream().skip(2).allMatch(each -> each == 1);
        }
        return node.domain().isEmpty() && HOMOGENEOUS.contains(node.operator());
    }

    private static Optional<Float> limit(Graph graph, Node clip, int place) {
        return clip.input(place).flatMap(graph::number);
    }

    // Not as a weight or bias, and channel by channel.
    private boolean readsAsData(Graph graph) {
        String data = second.inputs().get(0);
        return graph.initializer(data).isEmpty()
                && second.inputs().stream().filter(data::equals).count() == 1
                && OutputChannels.of(first, weight(graph, first)).count()
                        == InputChannels.of(second, weight(graph, second)).count();
    }

    static TensorProto weight(Graph graph, Node layer) {
        return stored(graph, layer, 1).orElseThrow();
    }

    /** Above what the channels are cut off; infinite if nothing is. */
    float ceiling(Graph graph) {
        return bound.filter(node -> node.is("Clip"))
                .flatMap(clip -> limit(graph, clip, 2))
                .orElse(Float.POSITIVE_INFINITY);
    }

    /** Whether the second layer multiplies each channel on its own. */
    boolean depthwise(Graph graph) {
        return second.is("Conv")
                && second.integer("group", 1) > 1
                && weight(graph, second).getDims(1) == 1;
    }
}
