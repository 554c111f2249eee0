package io.quantfleet.quantizer.technique;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.InputChannels;
import io.quantfleet.quantizer.prepare.OutputChannels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tensor whose channels can be divided where they are made, and that only layers with stored matrices read: what a norm
 * gives, or the product of a matrix product with something else.
 *
 * @param tensor its name
 * @param channels how many channels it has
 * @param vectors the stored vectors that make its size; empty for a product
 * @param maker the layer that makes one side of the product; empty for a norm
 * @param layers that multiply it with a stored matrix
 */
record ScaledReaders(
        String tensor, int channels, List<NormReaders.Vector> vectors, Optional<Node> maker, List<Node> layers) {

    /** All such tensors of a graph, in its order. */
    static List<ScaledReaders> of(Graph graph) {
        List<NormReaders> norms = NormReaders.of(graph);
        List<ScaledReaders> all = new ArrayList<>();
        for (Node node : graph.sorted()) {
            norms.stream()
                    .filter(norm -> norm.others().isEmpty() && node.outputs().contains(norm.tensor()))
                    .map(norm -> new ScaledReaders(
                            norm.tensor(), norm.channels(), norm.vectors(), Optional.empty(), norm.layers()))
                    .findFirst()
                    .or(() -> ofProduct(graph, node))
                    .ifPresent(all::add);
        }
        return all;
    }

    private static Optional<ScaledReaders> ofProduct(Graph graph, Node node) {
        if (!node.is("Mul") || graph.isOutput(node.output())) {
            return Optional.empty();
        }
        List<Node> readers = graph.consumers(node.output());
        return maker(graph, node)
                .filter(maker -> !readers.isEmpty()
                        && readers.stream()
                                .allMatch(reader -> reads(graph, reader, node.output(), width(graph, maker))))
                .map(maker ->
                        new ScaledReaders(node.output(), width(graph, maker), List.of(), Optional.of(maker), readers));
    }

    // The second side first: exporters write the gate before it.
    private static Optional<Node> maker(Graph graph, Node product) {
        for (int place = 1; place >= 0; place--) {
            Optional<Node> maker = graph.producer(product.inputs().get(place))
                    .filter(node -> multiplies(graph, node)
                            && graph.consumers(node.output()).size() == 1
                            && !graph.isOutput(node.output()));
            if (maker.isPresent()) {
                return maker;
            }
        }
        return Optional.empty();
    }

    private static boolean multiplies(Graph graph, Node node) {
        boolean gemm = node.is("Gemm")
                && node.integer("transA", 0) == 0
                && node.number("alpha", 1) == 1
                && node.number("beta", 1) == 1
                && (node.input(2).isEmpty()
                        || node.input(2)
                                .flatMap(graph::initializer)
                                .filter(bias -> bias.getDimsCount() == 1)
                                .isPresent());
        return (gemm || node.is("MatMul"))
                && node.input(1)
                        .flatMap(graph::initializer)
                        .filter(weight -> Tensors.isFloat(weight) && weight.getDimsCount() == 2)
                        .isPresent();
    }

    private static int width(Graph graph, Node maker) {
        return OutputChannels.of(maker, LayerPair.weight(graph, maker)).count();
    }

    private static boolean reads(Graph graph, Node reader, String tensor, int channels) {
        return multiplies(graph, reader)
                && reader.inputs().get(0).equals(tensor)
                && reader.inputs().stream().filter(tensor::equals).count() == 1
                && InputChannels.of(reader, LayerPair.weight(graph, reader)).count() == channels;
    }
}
