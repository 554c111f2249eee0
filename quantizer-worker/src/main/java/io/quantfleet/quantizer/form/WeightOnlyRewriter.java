package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.quantize.FloatLayer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Replaces products with stored matrices by products with blocks of integers, and embeddings by ones of 8 bits, one after
 * another, so that one matrix is in memory at a time.
 */
final class WeightOnlyRewriter {
    private final Graph graph;
    private final WeightOnlyOptions options;
    private final Function<TensorProto, WeightSource> sources;
    private final TensorSink sink;
    private final MatrixRounding rounding;
    private final QuantizedTables tables;
    private final Map<List<Object>, List<String>> stored = new HashMap<>();
    private final Set<String> quantized = new LinkedHashSet<>();
    private final List<FloatLayer> leftFloat = new ArrayList<>();

    WeightOnlyRewriter(
            Graph graph, WeightOnlyOptions options, Function<TensorProto, WeightSource> sources, TensorSink sink) {
        this(graph, options, sources, sink, new BlockQuantizer(options));
    }

    /** @param rounding how integers are chosen */
    WeightOnlyRewriter(
            Graph graph,
            WeightOnlyOptions options,
            Function<TensorProto, WeightSource> sources,
            TensorSink sink,
            MatrixRounding rounding) {
        this.graph = graph;
        this.options = options;
        this.sources = sources;
        this.sink = sink;
        this.rounding = rounding;
        this.tables = new QuantizedTables(graph, sources, sink);
    }

    /** Hears how many of the graph's nodes are looked through. */
    interface Steps {
        void done(int nodes, int all);
    }

    void rewrite(Steps steps) {
        List<Node> nodes = graph.sorted();
        Set<String> original =
                graph.initializers().stream().map(TensorProto::getName).collect(Collectors.toSet());
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (node.isLayer()) {
                rewrite(node);
            } else if (!options.excluded().contains(node.label())) {
                tables.table(node).ifPresent(table -> {
                    tables.rewrite(node, table);
                    quantized.add(node.label());
                });
            }
            steps.done(i + 1, nodes.size());
        }
        graph.removeUnused();
        if (options.halves()) {
            storeInHalves(original);
        }
    }

    // Scales are not among the original tensors: operators that multiply with blocks want them in FP32.
    private void storeInHalves(Set<String> original) {
        HalfTensors halves = new HalfTensors(graph, sources, sink);
        for (TensorProto tensor : List.copyOf(graph.initializers())) {
            if (original.contains(tensor.getName()) && HalfTensors.worthwhile(tensor)) {
                halves.store(tensor)
                        .ifPresent(reason -> leftFloat.add(new FloatLayer(tensor.getName(), "stored tensor", reason)));
            }
        }
        graph.removeUnused();
    }

    private void rewrite(Node node) {
        if (options.excluded().contains(node.label())) {
            leftFloat.add(new FloatLayer(node.label(), node.operator(), "it is excluded"));
            return;
        }
        StoredMatrix.of(graph, node)
                .ifPresentOrElse(
                        matrix -> replace(node, matrix),
                        () -> leftFloat.add(new FloatLayer(
                                node.label(), node.operator(), "it does not multiply with a stored matrix alone")));
    }

    private void replace(Node node, StoredMatrix matrix) {
        List<String> weight = stored.computeIfAbsent(
                List.of(matrix.tensor().getName(), matrix.transposed()), missing -> store(node, matrix));
        boolean biased = node.input(2).isPresent();
        String output = node.output();
        String product = biased ? graph.freshName(output + "_product") : output;
        graph.remove(node);
        switch (options.encoding()) {
            case MATMUL_N_BITS -> multiplyBits(node, matrix, weight, product);
            case QDQ -> dequantizeAndMultiply(node, weight, product);
        }
        if (biased) {
            graph.add(Node.of(
                    node.label() + "_bias",
                    "Add",
                    List.of(product, node.inputs().get(2)),
                    List.of(output)));
        }
        quantized.add(node.label());
    }

    private void multiplyBits(Node node, StoredMatrix matrix, List<String> weight, String product) {
        List<String> inputs = new ArrayList<>(List.of(node.inputs().get(0)));
        inputs.addAll(weight);
        graph.add(Node.ofMicrosoft(node.label(), "MatMulNBits", inputs, List.of(product))
                .with("K", matrix.rows())
                .with("N", matrix.columns())
                .with("bits", options.bits())
                .with("block_size", options.blocks().size())
                .with("accuracy_level", options.blocks().accuracyLevel()));
    }

    // Layers that share a matrix dequantize it each for themselves: runtimes fuse pairs.
    private void dequantizeAndMultiply(Node node, List<String> weight, String product) {
        String floats = graph.freshName(product + "_weight");
        graph.add(Node.of(node.label() + "_dequantize", "DequantizeLinear", weight, List.of(floats))
                .with("axis", 0)
                .with("block_size", options.blocks().size()));
        graph.add(Node.of(node.label(), "MatMul", List.of(node.inputs().get(0), floats), List.of(product)));
    }

    private List<String> store(Node layer, StoredMatrix matrix) {
        Blocks blocks = rounding.round(layer, matrix, sources.apply(matrix.tensor()));
        StoredShapes shapes = StoredShapes.of(matrix, blocks.count(), options);
        String name = matrix.tensor().getName();
        List<String> names = new ArrayList<>();
        names.add(store(
                name + "_q" + options.bits(),
                shapes.integerType(),
                shapes.integers(),
                ByteBuffer.wrap(blocks.integers())));
        ByteBuffer scales = ByteBuffer.allocate(Math.multiplyExact(blocks.scales().length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        scales.asFloatBuffer().put(blocks.scales());
        names.add(store(name + "_scales", TensorProto.DataType.FLOAT, shapes.scales(), scales));
        if (!options.blocks().symmetric()) {
            names.add(store(
                    name + "_zeros", shapes.integerType(), shapes.zeroPoints(), ByteBuffer.wrap(blocks.zeroPoints())));
        } else if (shapes.integerType() == TensorProto.DataType.INT8) {
            // ONNX Runtime 1.29 makes signed bytes unsigned on x86 without VNNI, and ends the process where no zero
            // points are stored that it could change.
            names.add(store(
                    name + "_zeros",
                    shapes.integerType(),
                    shapes.zeroPoints(),
                    ByteBuffer.allocate(blocks.scales().length)));
        }
        return names;
    }

    private String store(String wanted, TensorProto.DataType type, List<Long> dimensions, ByteBuffer data) {
        String name = graph.freshName(wanted);
        graph.setInitializer(sink.store(name, type, dimensions, data));
        return name;
    }

    /** Labels of the nodes that were replaced. */
    Set<String> quantized() {
        return quantized;
    }

    List<FloatLayer> leftFloat() {
        return leftFloat;
    }
}
