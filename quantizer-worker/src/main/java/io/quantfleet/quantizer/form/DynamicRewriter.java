package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Replaces layers by DynamicQuantizeLinear, an integer product and the scales that make floats of it again. */
final class DynamicRewriter {
    private final Graph graph;
    private final DynamicOptions options;
    private final QuantizedTables tables;
    private final Map<String, Quantized> activations = new HashMap<>();
    private final Map<List<Object>, Quantized> weights = new HashMap<>();
    private final Set<String> quantized = new LinkedHashSet<>();
    private final List<FloatLayer> leftFloat = new ArrayList<>();

    /** Names of a tensor's integers, scale and zero point. */
    private record Quantized(String integers, String scale, String zeroPoint) {}

    DynamicRewriter(Graph graph, DynamicOptions options) {
        this.graph = graph;
        this.options = options;
        this.tables = new QuantizedTables(graph, Forms::inMemory, Forms::storedInMemory);
    }

    void rewrite(Node node) {
        if (!node.isLayer()) {
            if (!options.excluded().contains(node.label())) {
                tables.table(node).ifPresent(table -> {
                    tables.rewrite(node, table);
                    quantized.add(node.label());
                });
            }
            return;
        }
        if (options.excluded().contains(node.label())) {
            leave(node, "it is excluded");
            return;
        }
        Optional<StoredMatrix> matrix = StoredMatrix.of(graph, node);
        Optional<TensorProto> kernel = kernel(node);
        if (matrix.isPresent()) {
            product(node, "MatMulInteger", weight(matrix.get()), node.input(2));
        } else if (kernel.isPresent()) {
            convolution(node, kernel.get());
        } else {
            leave(
                    node,
                    node.is("Conv")
                            ? "it is a convolution that was not asked for, or computes its weights"
                            : "its weight is not one stored matrix");
        }
    }

    private void leave(Node node, String reason) {
        leftFloat.add(new FloatLayer(node.label(), node.operator(), reason));
    }

    private Optional<TensorProto> kernel(Node node) {
        boolean biasStored = node.input(2)
                .map(bias -> graph.initializer(bias).filter(Tensors::isFloat).isPresent())
                .orElse(true);
        return options.convolutions() && node.is("Conv") && biasStored
                ? node.input(1).flatMap(graph::initializer).filter(Tensors::isFloat)
                : Optional.empty();
    }

    private Quantized weight(StoredMatrix matrix) {
        return weights.computeIfAbsent(List.of(matrix.tensor().getName(), matrix.transposed()), missing -> {
            float[] values = byRows(matrix);
            int channels = options.perChannel() ? matrix.columns() : 1;
            ByteWeights bytes = ByteWeights.of(values, options.weights(), channels, channels == 1 ? values.length : 1);
            List<Long> scales = channels == 1 ? List.of() : List.of((long) channels);
            return store(matrix.tensor(), List.of((long) matrix.rows(), (long) matrix.columns()), bytes, scales);
        });
    }

    private static float[] byRows(StoredMatrix matrix) {
        float[] values = Tensors.floats(matrix.tensor());
        if (!matrix.transposed()) {
            return values;
        }
        float[] rows = new float[values.length];
        for (int n = 0; n < matrix.columns(); n++) {
            for (int k = 0; k < matrix.rows(); k++) {
                rows[k * matrix.columns() + n] = values[n * matrix.rows() + k];
            }
        }
        return rows;
    }

    private void convolution(Node node, TensorProto kernel) {
        int channels = Math.toIntExact(kernel.getDims(0));
        Quantized weight = weights.computeIfAbsent(List.of(kernel.getName(), "kernel"), missing -> {
            float[] values = Tensors.floats(kernel);
            int scales = options.perChannel() ? channels : 1;
            ByteWeights bytes = ByteWeights.of(values, options.weights(), scales, values.length / scales);
            return store(kernel, kernel.getDimsList(), bytes, scales == 1 ? List.of() : alongChannels(kernel));
        });
        Optional<String> bias = node.input(2).flatMap(graph::initializer).map(stored -> {
            String shaped = graph.freshName(stored.getName() + "_shaped");
            graph.setInitializer(Tensors.ofFloats(shaped, alongChannels(kernel), Tensors.floats(stored)));
            return shaped;
        });
        product(node, "ConvInteger", weight, bias);
    }

    // As many ones after the channels as there are places to convolve over.
    private static List<Long> alongChannels(TensorProto kernel) {
        List<Long> dimensions = new ArrayList<>(Collections.nCopies(kernel.getDimsCount() - 1, 1L));
        dimensions.set(0, kernel.getDims(0));
        return dimensions;
    }

    private Quantized store(TensorProto tensor, List<Long> dimensions, ByteWeights bytes, List<Long> scales) {
        boolean signed = options.weights() == IntegerType.INT8;
        TensorProto.DataType type = signed ? TensorProto.DataType.INT8 : TensorProto.DataType.UINT8;
        String integers = graph.freshName(tensor.getName() + "_q");
        String scale = graph.freshName(tensor.getName() + "_scale");
        String zero = graph.freshName(tensor.getName() + "_zero");
        graph.setInitializer(Tensors.ofBytes(integers, type, dimensions, ByteString.copyFrom(bytes.integers())));
        graph.setInitializer(Tensors.ofFloats(scale, scales, bytes.scales()));
        ByteString zeroPoint = ByteString.copyFrom(new byte[] {(byte) bytes.zeroPoint()});
        graph.setInitializer(Tensors.ofBytes(zero, type, List.of(), zeroPoint));
        return new Quantized(integers, scale, zero);
    }

    private void product(Node layer, String operator, Quantized weight, Optional<String> bias) {
        Quantized input = activations.computeIfAbsent(layer.inputs().get(0), this::quantizeAtRunTime);
        String label = layer.label();
        String output = layer.output();
        String sums = graph.freshName(output + "_sums");
        String floats = graph.freshName(output + "_floats");
        String scale = graph.freshName(output + "_scale");
        String product = bias.isPresent() ? graph.freshName(output + "_product") : output;
        List<String> factors = List.of(input.integers(), weight.integers(), input.zeroPoint(), weight.zeroPoint());
        graph.remove(layer);
        Node integer = Node.of(label, operator, factors, List.of(sums));
        graph.add(operator.equals("ConvInteger") ? integer.withAttributesOf(layer) : integer);
        graph.add(Node.of(label + "_cast", "Cast", List.of(sums), List.of(floats))
                .with("to", TensorProto.DataType.FLOAT_VALUE));
        graph.add(Node.of(label + "_scales", "Mul", List.of(input.scale(), weight.scale()), List.of(scale)));
        graph.add(Node.of(label + "_rescale", "Mul", List.of(floats, scale), List.of(product)));
        bias.ifPresent(name -> graph.add(Node.of(label + "_bias", "Add", List.of(product, name), List.of(output))));
        quantized.add(label);
    }

    private Quantized quantizeAtRunTime(String tensor) {
        Quantized names = new Quantized(
                graph.freshName(tensor + "_q"), graph.freshName(tensor + "_scale"), graph.freshName(tensor + "_zero"));
        graph.add(Node.of(
                tensor + "_quantize",
                "DynamicQuantizeLinear",
                List.of(tensor),
                List.of(names.integers(), names.scale(), names.zeroPoint())));
        return names;
    }

    Set<String> quantized() {
        return quantized;
    }

    List<FloatLayer> leftFloat() {
        return leftFloat;
    }
}
