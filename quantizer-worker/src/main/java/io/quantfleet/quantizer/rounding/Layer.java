package io.quantfleet.quantizer.rounding;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.onnx.StoredIntegers;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A layer whose rounding can be learned, as the variant and the FP32 model have it. Its weight is seen as {@code groups} matrices
 * of {@code outputs} rows and {@code inputs} columns.
 *
 * @param node the operator in the FP32 model
 * @param input what the variant's layer reads, in floats that integers stand for
 * @param target what the FP32 layer gives, behind the Relu or Clip that belongs to it
 * @param lowest what that bound lets through at least
 * @param highest what it lets through at most
 * @param groups groups of a convolution, else 1
 * @param outputs output channels of a group
 * @param inputs elements that one output is made of
 * @param transposed whether the weight is stored column by column
 * @param weight the FP32 weight, as stored
 * @param scales by row of all groups
 * @param bias as the variant has it, by row of all groups
 * @param greatest the greatest magnitude of its integers
 * @param integers the name of the variant's stored integers
 */
public record Layer(
        Node node,
        String input,
        String target,
        float lowest,
        float highest,
        int groups,
        int outputs,
        int inputs,
        boolean transposed,
        TensorProto weight,
        List<Float> scales,
        List<Float> bias,
        int greatest,
        String integers) {

    public Layer {
        scales = List.copyOf(scales);
        bias = List.copyOf(bias);
    }

    /** The layers of a model whose rounding can be learned, in its order. See {@link #of}. */
    public static List<Layer> all(Graph fp32, QuantizedGraph variant, int greatest) {
        return fp32.sorted().stream()
                .filter(Node::isLayer)
                .flatMap(node -> of(node, fp32, variant, greatest).stream())
                .toList();
    }

    /**
     * The layer.
     *
     * @param node in the FP32 model
     * @param fp32 the FP32 model's graph
     * @param variant the variant
     * @param greatest the greatest magnitude of its integers
     * @return empty if the layer is in floats, is of a kind that can't be learned, or shares its integers with another
     */
    static Optional<Layer> of(Node node, Graph fp32, QuantizedGraph variant, int greatest) {
        Optional<Node> quantized = variant.graph().sorted().stream()
                .filter(each ->
                        each.label().equals(node.label()) && each.operator().equals(node.operator()))
                .findFirst();
        if (quantized.isEmpty() || !plain(node)) {
            return Optional.empty();
        }
        String read = quantized.get().inputs().get(1);
        Optional<TensorProto> weight = fp32.initializer(node.inputs().get(1)).filter(Tensors::isFloat);
        Optional<StoredIntegers> stored = variant.stored(read);
        Optional<Coding> coding = variant.readThrough(read);
        Optional<float[]> bias = bias(quantized.get(), variant);
        boolean learnable = weight.filter(each -> node.is("Conv") || each.getDimsCount() == 2)
                        .isPresent()
                && stored.filter(integers -> integers.type().signed()
                                && integers.type().bits() <= Byte.SIZE
                                && alone(read, integers.name(), variant.graph()))
                        .isPresent()
                && coding.filter(each -> each.symmetric() && each.block() == 0).isPresent()
                && bias.isPresent()
                && !variant.graph().isInput(quantized.get().inputs().get(0));
        return learnable
                ? Optional.of(of(
                        node,
                        quantized.get().inputs().get(0),
                        weight.get(),
                        stored.orElseThrow(),
                        coding.orElseThrow(),
                        bias.get(),
                        greatest,
                        fp32))
                : Optional.empty();
    }

    private static boolean plain(Node node) {
        return node.is("Conv")
                || node.is("MatMul")
                || (node.is("Gemm")
                        && node.integer("transA", 0) == 0
                        && node.number("alpha", 1) == 1
                        && node.number("beta", 1) == 1);
    }

    private static boolean alone(String read, String integers, Graph graph) {
        return graph.consumers(read).size() == 1 && graph.consumers(integers).size() == 1;
    }

    // Empty where it is computed; no elements where there is none.
    private static Optional<float[]> bias(Node layer, QuantizedGraph variant) {
        if (layer.input(2).isEmpty() || layer.input(2).get().isEmpty()) {
            return Optional.of(new float[0]);
        }
        String name = layer.inputs().get(2);
        Optional<float[]> floats =
                variant.graph().initializer(name).filter(Tensors::isFloat).map(Tensors::floats);
        return floats.or(() ->
                variant.stored(name).flatMap(stored -> variant.readThrough(name).map(coding -> reals(stored, coding))));
    }

    private static float[] reals(StoredIntegers stored, Coding coding) {
        float[] values = new float[stored.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = stored.at(i) * coding.scale(coding.places() == 1 ? 0 : i);
        }
        return values;
    }

    private static Layer of(
            Node node,
            String input,
            TensorProto weight,
            StoredIntegers stored,
            Coding coding,
            float[] bias,
            int greatest,
            Graph fp32) {
        List<Long> dimensions = weight.getDimsList();
        boolean byRow = node.is("Conv") || node.integer("transB", 0) == 1;
        int rows = Math.toIntExact(dimensions.get(byRow ? 0 : 1));
        int columns = stored.count() / rows;
        int groups = node.is("Conv") ? (int) node.integer("group", 1) : 1;
        List<Float> scales = new ArrayList<>();
        List<Float> shifts = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            scales.add(coding.scale(coding.places() == 1 ? 0 : row));
            shifts.add(bias.length == 0 ? 0 : bias[bias.length == 1 ? 0 : row]);
        }
        Optional<Node> bound = bound(node, fp32);
        return new Layer(
                node,
                input,
                bound.map(Node::output).orElseGet(node::output),
                bound.map(each -> limit(each, 1, fp32, 0)).orElse(Float.NEGATIVE_INFINITY),
                bound.map(each -> limit(each, 2, fp32, Float.POSITIVE_INFINITY)).orElse(Float.POSITIVE_INFINITY),
                groups,
                rows / groups,
                columns,
                !byRow,
                weight,
                scales,
                shifts,
                greatest,
                stored.name());
    }

    private static Optional<Node> bound(Node layer, Graph fp32) {
        List<Node> readers = fp32.consumers(layer.output());
        boolean alone = readers.size() == 1 && !fp32.isOutput(layer.output());
        return alone
                ? readers.stream()
                        .filter(reader -> reader.is("Relu") || (reader.is("Clip") && constantLimits(reader, fp32)))
                        .findFirst()
                : Optional.empty();
    }

    private static boolean constantLimits(Node clip, Graph graph) {
        return clip.inputs().stream()
                .skip(1)
                .allMatch(name -> name.isEmpty() || graph.number(name).isPresent());
    }

    private static float limit(Node bound, int place, Graph graph, float ofRelu) {
        if (bound.is("Relu")) {
            return ofRelu;
        }
        float none = place == 1 ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
        return bound.input(place).flatMap(graph::number).orElse(none);
    }

    /** Whether something is cut off behind it. */
    boolean bounded() {
        return lowest > Float.NEGATIVE_INFINITY || highest < Float.POSITIVE_INFINITY;
    }

    /** How many weights it has. */
    public int size() {
        return groups * outputs * inputs;
    }

    /** Where a weight, counted row by row, lies in the stored tensor. */
    public int stored(int index) {
        return transposed ? index % inputs * outputs + index / inputs : index;
    }

    /** The scale of a weight, counted row by row. */
    public float scale(int index) {
        return scales.get(index / inputs);
    }
}
