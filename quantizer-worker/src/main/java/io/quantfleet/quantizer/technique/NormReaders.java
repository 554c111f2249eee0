package io.quantfleet.quantizer.technique;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tensor whose channels, the places along its last axis, were just multiplied with a stored vector, as at the end of a
 * LayerNormalization, and who reads it: each channel can be divided there and multiplied back where it is read.
 *
 * @param tensor its name
 * @param channels how many channels it has
 * @param vectors the stored vectors that make its size: a scale, and what is added after it
 * @param layers that multiply it with a stored matrix
 * @param others everyone else who reads it
 */
record NormReaders(String tensor, int channels, List<Vector> vectors, List<Node> layers, List<Node> others) {

    /** A stored vector, and which input of a node it is. */
    record Vector(Node node, int place) {}

    /** All such tensors of a graph that a layer reads. */
    static List<NormReaders> of(Graph graph) {
        List<NormReaders> all = new ArrayList<>();
        for (Node node : graph.sorted()) {
            vectors(graph, node)
                    .flatMap(vectors -> of(graph, node.output(), vectors))
                    .ifPresent(all::add);
        }
        return all;
    }

    private static Optional<NormReaders> of(Graph graph, String tensor, List<Vector> vectors) {
        int channels = channels(graph, vectors.get(0));
        List<Node> readers = graph.consumers(tensor);
        boolean captured = readers.stream().anyMatch(reader -> reader.captured().contains(tensor));
        List<Node> layers = readers.stream()
                .filter(reader -> multiplies(graph, reader, tensor, channels))
                .toList();
        if (captured || graph.isOutput(tensor) || layers.isEmpty()) {
            return Optional.empty();
        }
        List<Node> others =
                readers.stream().filter(reader -> !layers.contains(reader)).toList();
        return Optional.of(new NormReaders(tensor, channels, vectors, layers, others));
    }

    private static Optional<List<Vector>> vectors(Graph graph, Node node) {
        if (node.is("LayerNormalization")) {
            List<Vector> vectors = new ArrayList<>(List.of(new Vector(node, 1)));
            node.input(2).ifPresent(bias -> vectors.add(new Vector(node, 2)));
            // Whatever axes it normalizes: a vector that is stored for them runs along the last one.
            return allStored(graph, vectors);
        }
        if (node.is("Mul")) {
            return factor(graph, node);
        }
        if (node.is("Add")) {
            // What exporters write for a LayerNormalization before opset 17 ends in a Mul and an Add.
            return vector(graph, node)
                    .flatMap(shift -> graph.producer(node.inputs().get(1 - shift.place()))
                            .filter(maker -> maker.is("Mul")
                                    && graph.consumers(maker.output()).size() == 1)
                            .filter(maker -> !graph.isOutput(maker.output()))
                            .flatMap(maker -> factor(graph, maker))
                            .map(factor -> List.of(factor.get(0), shift))
                            .flatMap(both -> allStored(graph, both)));
        }
        return Optional.empty();
    }

    private static Optional<List<Vector>> factor(Graph graph, Node node) {
        return vector(graph, node).map(List::of);
    }

    // A stored operand that has one number for each place along the last axis and no other axis.
    private static Optional<Vector> vector(Graph graph, Node node) {
        for (int place = 0; place < 2; place++) {
            Vector vector = new Vector(node, place);
            boolean stored = node.inputs().size() == 2 && channels(graph, vector) > 1;
            if (stored && graph.initializer(node.inputs().get(1 - place)).isEmpty()) {
                return Optional.of(vector);
            }
        }
        return Optional.empty();
    }

    private static Optional<List<Vector>> allStored(Graph graph, List<Vector> vectors) {
        int channels = channels(graph, vectors.get(0));
        return channels > 1 && vectors.stream().allMatch(vector -> channels(graph, vector) == channels)
                ? Optional.of(vectors)
                : Optional.empty();
    }

    // Zero if it is no stored vector.
    private static int channels(Graph graph, Vector vector) {
        return vector.node()
                .input(vector.place())
                .flatMap(graph::initializer)
                .filter(Tensors::isFloat)
                .filter(tensor -> tensor.getDimsCount() > 0
                        && tensor.getDims(tensor.getDimsCount() - 1) == Tensors.elements(tensor))
                .map(tensor -> Math.toIntExact(Tensors.elements(tensor)))
                .orElse(0);
    }

    private static boolean multiplies(Graph graph, Node reader, String tensor, int channels) {
        boolean multiplies = reader.is("MatMul") || (reader.is("Gemm") && reader.integer("transA", 0) == 0);
        if (!multiplies
                || reader.inputs().stream().filter(tensor::equals).count() != 1
                || !reader.inputs().get(0).equals(tensor)) {
            return false;
        }
        Optional<TensorProto> weight = graph.initializer(reader.inputs().get(1)).filter(Tensors::isFloat);
        int axis = reader.is("Gemm") && reader.integer("transB", 0) == 1 ? 1 : 0;
        return weight.filter(matrix -> matrix.getDimsCount() == 2 && matrix.getDims(axis) == channels)
                .isPresent();
    }
}
