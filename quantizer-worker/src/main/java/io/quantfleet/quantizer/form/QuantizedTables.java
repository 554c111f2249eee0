package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.target.IntegerType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Stores the tables that embeddings pick rows of in 8 bits, each row with a scale of its own. They are often most of a
 * small transformer, and nothing is computed with more than the rows that are picked.
 */
final class QuantizedTables {
    /** Below this a table is not worth the three operators that it takes instead of one. */
    private static final long FEWEST_ELEMENTS = 1024;

    private final Graph graph;
    private final Function<TensorProto, WeightSource> sources;
    private final TensorSink sink;
    private final Map<String, Table> stored = new HashMap<>();

    /** Names of a table's integers and of its rows' scales. */
    private record Table(String integers, String scales) {}

    QuantizedTables(Graph graph, Function<TensorProto, WeightSource> sources, TensorSink sink) {
        this.graph = graph;
        this.sources = sources;
        this.sink = sink;
    }

    /** The stored table that a node picks rows of, if it does. */
    Optional<TensorProto> table(Node node) {
        return node.is("Gather") && node.integer("axis", 0) == 0
                ? node.input(0)
                        .flatMap(graph::initializer)
                        .filter(tensor -> Tensors.isFloat(tensor)
                                && tensor.getDimsCount() == 2
                                && Tensors.elements(tensor) >= FEWEST_ELEMENTS
                                && Tensors.elements(tensor) <= Integer.MAX_VALUE)
                : Optional.empty();
    }

    /** Lets the node pick integers and the scales of their rows. */
    void rewrite(Node node, TensorProto tensor) {
        Table table = stored.computeIfAbsent(tensor.getName(), missing -> store(tensor));
        String rows = node.inputs().get(1);
        String output = node.output();
        String label = node.label();
        String integers = graph.freshName(output + "_integers");
        String floats = graph.freshName(output + "_floats");
        String scales = graph.freshName(output + "_scales");
        graph.remove(node);
        graph.add(Node.of(label, "Gather", List.of(table.integers(), rows), List.of(integers)));
        graph.add(Node.of(label + "_scales", "Gather", List.of(table.scales(), rows), List.of(scales)));
        graph.add(Node.of(label + "_cast", "Cast", List.of(integers), List.of(floats))
                .with("to", TensorProto.DataType.FLOAT_VALUE));
        graph.add(Node.of(label + "_rescale", "Mul", List.of(floats, scales), List.of(output)));
    }

    private Table store(TensorProto tensor) {
        int rows = Math.toIntExact(tensor.getDims(0));
        int width = Math.toIntExact(tensor.getDims(1));
        WeightSource source = sources.apply(tensor);
        ByteBuffer integers = ByteBuffer.allocate(rows * width);
        ByteBuffer scales = ByteBuffer.allocate(rows * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        float[] row = new float[width];
        for (int i = 0; i < rows; i++) {
            source.read((long) i * width, FloatBuffer.wrap(row));
            ByteWeights bytes = ByteWeights.of(row, IntegerType.INT8, 1, width);
            integers.put(bytes.integers());
            scales.putFloat(bytes.scales()[0]);
        }
        String name = graph.freshName(tensor.getName() + "_q");
        String scale = graph.freshName(tensor.getName() + "_row_scales");
        graph.setInitializer(sink.store(name, TensorProto.DataType.INT8, tensor.getDimsList(), integers.flip()));
        graph.setInitializer(sink.store(scale, TensorProto.DataType.FLOAT, List.of((long) rows, 1L), scales.flip()));
        return new Table(name, scale);
    }
}
