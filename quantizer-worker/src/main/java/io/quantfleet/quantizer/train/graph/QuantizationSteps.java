package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.StoredIntegers;
import io.quantfleet.quantizer.onnx.StoredType;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the QuantizeLinear and DequantizeLinear of a graph into steps with gradients: those around a computed tensor into one
 * {@link FakeQuantizer}, that behind stored integers into one over latent floats, that behind the integers of a bias into one
 * whose step size is the product of the steps of what is multiplied.
 */
final class QuantizationSteps {
    private static final float SAME_SCALE = 1e-4f;

    private final Graph graph;
    private final Map<String, FakeQuantizer> quantizers = new LinkedHashMap<>();
    private final Map<String, StoredParameter> stored = new LinkedHashMap<>();

    QuantizationSteps(Graph graph) {
        this.graph = graph;
    }

    /** By the tensor that is quantized. */
    Map<String, FakeQuantizer> quantizers() {
        return quantizers;
    }

    /** By name, stored integers whose floats are parameters. */
    Map<String, StoredParameter> stored() {
        return stored;
    }

    static boolean concerns(Node node) {
        return node.operator().equals("QuantizeLinear") || node.operator().equals("DequantizeLinear");
    }

    Step step(Node node) {
        return node.operator().equals("QuantizeLinear") ? quantize(node) : dequantize(node);
    }

    private Step quantize(Node node) {
        Unsupported.unless(!graph.isOutput(node.output()), node, "integers as an output of the model");
        for (Node reader : graph.consumers(node.output())) {
            Unsupported.unless(reader.operator().equals("DequantizeLinear"), node, "integers read by " + reader);
            Unsupported.unless(sameCoding(node, reader), node, "another scale than its DequantizeLinear");
        }
        FakeQuantizer quantizer = quantizer(node, node.inputs().get(0), typeOf(node), false);
        return new Step(
                node.label(),
                operands -> List.of(quantizer.apply(operands.get(0), operands.get(1))),
                List.of(node.inputs().get(0), quantizer.scaleName()),
                node.outputs());
    }

    private boolean sameCoding(Node quantize, Node dequantize) {
        boolean scales = quantize.inputs().get(1).equals(dequantize.inputs().get(1))
                || Arrays.equals(scales(quantize), scales(dequantize));
        return scales && Arrays.equals(zeroPoints(quantize), zeroPoints(dequantize));
    }

    private Step dequantize(Node node) {
        String integers = node.inputs().get(0);
        Optional<TensorProto> constant = graph.initializer(integers);
        if (constant.isEmpty()) {
            boolean fromQuantize = graph.producer(integers)
                    .filter(maker -> maker.operator().equals("QuantizeLinear"))
                    .isPresent();
            Unsupported.unless(fromQuantize, node, "integers that are computed");
            return new Step(node.label(), operands -> List.of(operands.get(0)), List.of(integers), node.outputs());
        }
        StoredIntegers values = StoredIntegers.of(constant.get())
                .orElseThrow(() -> Unsupported.because(
                        node, "elements of type " + constant.get().getDataType()));
        return values.type() == StoredType.INT32 ? bias(node, values) : weight(node, values);
    }

    private Step weight(Node node, StoredIntegers values) {
        FakeQuantizer quantizer = quantizer(node, values.name(), values.type(), true);
        stored.put(values.name(), StoredParameter.of(values, quantizer, scales(node)));
        return new Step(
                node.label(),
                operands -> List.of(quantizer.apply(operands.get(0), operands.get(1))),
                List.of(values.name(), quantizer.scaleName()),
                node.outputs());
    }

    // A bias has the accumulator's steps: those of the data times those of the weight.
    private Step bias(Node node, StoredIntegers values) {
        float[] own = scales(node);
        Optional<List<String>> factors = graph.consumers(node.output()).stream()
                .filter(layer -> layer.input(2).equals(Optional.of(node.output())))
                .findFirst()
                .flatMap(this::factors)
                .filter(names -> multiplyTo(names, own));
        stored.put(
                values.name(), StoredParameter.ofBias(values, own, node.inputs().get(1), factors));
        if (factors.isEmpty()) {
            return new Step(node.label(), operands -> List.of(operands.get(0)), List.of(values.name()), node.outputs());
        }
        return new Step(
                node.label(),
                operands -> List.of(roundedBias(operands.get(0), operands.get(1), operands.get(2))),
                List.of(values.name(), factors.get().get(0), factors.get().get(1)),
                node.outputs());
    }

    private static NDArray roundedBias(NDArray bias, NDArray inputScale, NDArray weightScale) {
        NDArray detached = bias.stopGradient();
        NDArray scale = inputScale.stopGradient().reshape(1).mul(weightScale.stopGradient());
        NDArray rounded = detached.div(scale).round().mul(scale);
        return bias.add(rounded.sub(detached));
    }

    private Optional<List<String>> factors(Node layer) {
        return scaleOf(layer.inputs().get(0))
                .flatMap(data -> scaleOf(layer.inputs().get(1)).map(weight -> List.of(data, weight)));
    }

    private Optional<String> scaleOf(String tensor) {
        return graph.producer(tensor)
                .filter(maker -> maker.operator().equals("DequantizeLinear"))
                .map(maker -> maker.inputs().get(1));
    }

    private boolean multiplyTo(List<String> names, float[] product) {
        float[] data = Tensors.floats(graph.initializer(names.get(0)).orElseThrow());
        float[] weight = Tensors.floats(graph.initializer(names.get(1)).orElseThrow());
        if (data.length != 1 || weight.length != product.length) {
            return false;
        }
        for (int i = 0; i < product.length; i++) {
            if (Math.abs(data[0] * weight[i] - product[i]) > SAME_SCALE * product[i]) {
                return false;
            }
        }
        return true;
    }

    private FakeQuantizer quantizer(Node node, String tensor, StoredType type, boolean ofStored) {
        long[] zeroPoints = zeroPoints(node);
        float[] scales = scales(node);
        int block = (int) node.integer("block_size", 0);
        long[] ends = {type.least(), type.greatest()};
        if (ofStored) {
            ends = StoredParameter.usedRange(
                    StoredIntegers.of(graph.initializer(tensor).orElseThrow()).orElseThrow(), zeroPoints);
        }
        int axis = scales.length == 1 && block == 0 ? -1 : axis(node, tensor);
        FakeQuantizer quantizer = new FakeQuantizer(
                tensor,
                node.inputs().get(1),
                node.input(2).filter(name -> !name.isEmpty()),
                type,
                uniform(zeroPoints),
                axis,
                block,
                ends[0],
                ends[1],
                ofStored);
        quantizers.put(tensor, quantizer);
        return quantizer;
    }

    private int axis(Node node, String tensor) {
        int axis = (int) node.integer("axis", 1);
        return axis >= 0
                ? axis
                : axis
                        + graph.initializer(tensor)
                                .map(TensorProto::getDimsCount)
                                .orElseThrow(() -> Unsupported.because(node, "an axis counted from the end"));
    }

    private float[] scales(Node node) {
        return graph.initializer(node.inputs().get(1))
                .filter(Tensors::isFloat)
                .map(Tensors::floats)
                .orElseThrow(() -> Unsupported.because(node, "a scale that is not stored in 32-bit floats"));
    }

    private long[] zeroPoints(Node node) {
        if (node.input(2).isEmpty()) {
            return new long[1];
        }
        StoredIntegers points = graph.initializer(node.inputs().get(2))
                .flatMap(StoredIntegers::of)
                .orElseThrow(() -> Unsupported.because(node, "a zero point that is computed"));
        long[] values = new long[points.count()];
        Arrays.setAll(values, points::at);
        return values;
    }

    private static long[] uniform(long[] values) {
        return Arrays.stream(values).distinct().count() == 1 ? new long[] {values[0]} : values;
    }

    private StoredType typeOf(Node node) {
        return node.input(2)
                .flatMap(graph::initializer)
                .flatMap(StoredIntegers::of)
                .map(StoredIntegers::type)
                .orElse(StoredType.UINT8);
    }
}
