package io.quantfleet.quantizer.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Puts quantized tensors, and the operators that turn floats into them and back, into a graph. */
final class QdqWriter {
    private final Graph graph;
    private final Map<Object, String> stored = new HashMap<>();

    QdqWriter(Graph graph) {
        this.graph = graph;
    }

    private static TensorProto.DataType onnxType(IntegerType type) {
        return switch (type) {
            case INT4 -> TensorProto.DataType.INT4;
            case INT8 -> TensorProto.DataType.INT8;
            case UINT8 -> TensorProto.DataType.UINT8;
            case INT16 -> TensorProto.DataType.INT16;
            case UINT16 -> TensorProto.DataType.UINT16;
        };
    }

    /**
     * Quantizes a computed tensor or an input: whoever reads it reads it through the integers from now on.
     *
     * @return what it is read as
     */
    String quantizeActivation(String tensor, Affine affine) {
        String scale = scale(tensor, List.of(affine), -1);
        String zeroPoint = zeroPoint(affine);
        String integers = graph.freshName(tensor + "_q");
        String real = tensor;
        String result = graph.freshName(tensor + "_dq");
        Optional<Node> maker = graph.producer(tensor).filter(node -> graph.isOutput(tensor));
        if (maker.isPresent()) {
            // The graph gives what the integers say, under the name it always had.
            real = result;
            result = tensor;
            graph.renameOutput(maker.get(), tensor, real);
        } else {
            String reading = result;
            graph.redirect(tensor, reading, reader -> true);
        }
        graph.add(
                node(affine.type(), tensor + "_quantize", "QuantizeLinear", List.of(real, scale, zeroPoint), integers));
        addDequantize(affine.type(), tensor, List.of(integers, scale, zeroPoint), result, -1);
        return result;
    }

    /** Quantizes once more, in another type, what some operators read. */
    void convert(String real, Affine affine, List<Node> readers) {
        String name = graph.freshName(real + "_as_" + affine.type().name().toLowerCase(Locale.ROOT));
        String integers = graph.freshName(name + "_q");
        List<String> parameters = List.of(scale(name, List.of(affine), -1), zeroPoint(affine));
        graph.redirect(real, name, readers::contains);
        graph.add(node(
                affine.type(),
                name + "_quantize",
                "QuantizeLinear",
                List.of(real, parameters.get(0), parameters.get(1)),
                integers));
        addDequantize(affine.type(), name, List.of(integers, parameters.get(0), parameters.get(1)), name, -1);
    }

    /** Stores integers for a stored tensor of floats, and names the tensor that gives them back as floats. */
    String storeQuantized(TensorProto tensor, WeightQuantizer.Quantized quantized) {
        Affine first = quantized.parameters().get(0);
        String integers = graph.freshName(tensor.getName() + "_q");
        String result = graph.freshName(tensor.getName() + "_dq");
        graph.setInitializer(Tensors.ofBytes(
                integers,
                onnxType(first.type()),
                tensor.getDimsList(),
                StoredIntegers.packed(quantized.values(), first.type())));
        String scale = scale(tensor.getName(), quantized.parameters(), quantized.axis());
        // Not shared: ONNX Runtime rewrites a weight's zero point in place and fails if another weight has it as well.
        String zeroPoint = graph.freshName(tensor.getName() + "_zero");
        graph.setInitializer(zeros(zeroPoint, quantized.parameters(), quantized.axis()));
        addDequantize(first.type(), tensor.getName(), List.of(integers, scale, zeroPoint), result, quantized.axis());
        return result;
    }

    /** Stores a bias in 32-bit integers, and names the tensor that gives it back as floats. */
    String storeBias(TensorProto bias, float[] scales) {
        float[] values = Tensors.floats(bias);
        int[] integers = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            double nearest = Math.rint((double) values[i] / scales[scales.length == 1 ? 0 : i]);
            integers[i] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, nearest));
        }
        boolean perChannel = scales.length > 1;
        String name = graph.freshName(bias.getName() + "_q");
        String scale = graph.freshName(bias.getName() + "_scale");
        String result = graph.freshName(bias.getName() + "_dq");
        List<Long> dimensions = perChannel ? List.of((long) scales.length) : List.of();
        graph.setInitializer(Tensors.ofInts(name, bias.getDimsList(), integers));
        graph.setInitializer(Tensors.ofFloats(scale, dimensions, scales));
        String zero = shared(
                "zero_point_int32_" + scales.length + perChannel,
                "zero_point_int32",
                fresh -> Tensors.ofInts(fresh, dimensions, new int[scales.length]));
        addDequantize(IntegerType.INT8, bias.getName(), List.of(name, scale, zero), result, perChannel ? 0 : -1);
        return result;
    }

    private void addDequantize(IntegerType type, String tensor, List<String> inputs, String result, int axis) {
        Node node = node(type, graph.freshName(tensor + "_dequantize"), "DequantizeLinear", inputs, result);
        graph.add(axis < 0 ? node : node.with("axis", axis));
    }

    // ONNX's own operators know 4 and 16 bits from opset 21 on only; ONNX Runtime's have the same form and did before.
    private static Node node(IntegerType type, String name, String operator, List<String> inputs, String output) {
        return type.bytes() == 1 && type != IntegerType.INT4
                ? Node.of(name, operator, inputs, List.of(output))
                : Node.ofMicrosoft(name, operator, inputs, List.of(output));
    }

    private String scale(String tensor, List<Affine> parameters, int axis) {
        float[] scales = new float[parameters.size()];
        IntStream.range(0, scales.length)
                .forEach(i -> scales[i] = parameters.get(i).scale());
        List<Long> dimensions = axis < 0 ? List.of() : List.of((long) scales.length);
        // Tensors that keep one scale share it in the file, too. Layers that share a weight may need other scales for
        // it.
        Object key = axis < 0 ? (Object) scales[0] : List.of(tensor, parameters);
        return shared(key, tensor + "_scale", fresh -> Tensors.ofFloats(fresh, dimensions, scales));
    }

    private String zeroPoint(Affine affine) {
        return shared(affine.type() + ":" + affine.zeroPoint(), "zero_point", name -> zeros(name, List.of(affine), -1));
    }

    private static TensorProto zeros(String name, List<Affine> parameters, int axis) {
        IntegerType type = parameters.get(0).type();
        StoredIntegers points = new StoredIntegers(type, parameters.size());
        parameters.forEach(affine -> points.add(affine.zeroPoint()));
        List<Long> dimensions = axis < 0 ? List.of() : List.of((long) parameters.size());
        return Tensors.ofBytes(name, onnxType(type), dimensions, StoredIntegers.packed(points.bytes(), type));
    }

    private String shared(Object key, String wanted, Function<String, TensorProto> maker) {
        return stored.computeIfAbsent(key, missing -> {
            String name = graph.freshName(wanted);
            graph.setInitializer(maker.apply(name));
            return name;
        });
    }
}
