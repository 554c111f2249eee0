package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Stores tensors of a graph as 16-bit floats, one after another, and makes FP32 of them where they are read. Of a table whose
 * rows are picked that are the rows: runtimes make FP32 of a whole stored tensor when they load the model.
 */
final class HalfTensors {
    /** Smaller tensors are parameters of operators more often than weights, and not worth it. */
    private static final int FEWEST_ELEMENTS = 256;

    private static final int PIECE = 1 << 16;

    private final Graph graph;
    private final Function<TensorProto, WeightSource> sources;
    private final TensorSink sink;

    HalfTensors(Graph graph, Function<TensorProto, WeightSource> sources, TensorSink sink) {
        this.graph = graph;
        this.sources = sources;
        this.sink = sink;
    }

    /** Whether a tensor is one of those that this is for. */
    static boolean worthwhile(TensorProto tensor) {
        return Tensors.isFloat(tensor) && Tensors.elements(tensor) >= FEWEST_ELEMENTS;
    }

    /**
     * Stores a tensor, unless there is a reason against it.
     *
     * @return the reason
     */
    Optional<String> store(TensorProto tensor) {
        String name = tensor.getName();
        if (graph.isOutput(name)
                || graph.consumers(name).stream()
                        .anyMatch(reader -> reader.captured().contains(name))) {
            return Optional.of("a graph inside an operator reads it, or it is an output");
        }
        Optional<ByteBuffer> halves = halves(tensor);
        if (halves.isEmpty()) {
            return Optional.of("it has values beyond what 16-bit floats express");
        }
        String half = graph.freshName(name + "_half");
        graph.setInitializer(sink.store(half, TensorProto.DataType.FLOAT16, tensor.getDimsList(), halves.get()));
        graph.consumers(name).stream().filter(reader -> picks(reader, name)).forEach(reader -> castRows(reader, half));
        if (!graph.consumers(name).isEmpty()) {
            String real = graph.freshName(name + "_float");
            graph.redirect(name, real, reader -> true);
            graph.add(cast(name, half, real));
        }
        return Optional.empty();
    }

    private Optional<ByteBuffer> halves(TensorProto tensor) {
        long elements = Tensors.elements(tensor);
        ByteBuffer halves = ByteBuffer.allocate(Math.toIntExact(Math.multiplyExact(elements, Short.BYTES)))
                .order(ByteOrder.LITTLE_ENDIAN);
        WeightSource source = sources.apply(tensor);
        float[] piece = new float[PIECE];
        for (long first = 0; first < elements; first += PIECE) {
            int count = (int) Math.min(PIECE, elements - first);
            source.read(first, FloatBuffer.wrap(piece, 0, count));
            for (int i = 0; i < count; i++) {
                if (!Halves.holds(piece[i])) {
                    return Optional.empty();
                }
                halves.putShort(Halves.nearest(piece[i]));
            }
        }
        return Optional.of(halves.flip());
    }

    private static boolean picks(Node reader, String table) {
        return reader.is("Gather")
                && reader.inputs().indexOf(table) == reader.inputs().lastIndexOf(table);
    }

    private void castRows(Node reader, String half) {
        String output = reader.output();
        String rows = graph.freshName(output + "_half");
        graph.setInput(reader, 0, half);
        graph.renameOutput(reader, output, rows);
        graph.add(cast(output, rows, output));
    }

    private static Node cast(String name, String from, String to) {
        return Node.of(name + "_cast", "Cast", List.of(from), List.of(to)).with("to", TensorProto.DataType.FLOAT_VALUE);
    }
}
