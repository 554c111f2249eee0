package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.quantfleet.quantizer.fuzz.FuzzedFile;
import io.quantfleet.quantizer.fuzz.SeedFiles;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What the fuzzer drives: the ONNX reader, and what later steps read of a graph that it let pass. */
public final class OnnxReaderFuzz {
    private static final FuzzedFile FILE = new FuzzedFile(".onnx", 64L << 20);

    private OnnxReaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        FILE.give(data, OnnxReaderFuzz::read);
    }

    static List<byte[]> seeds() {
        GraphProto branch = GraphProto.newBuilder()
                .setName("branch")
                .addNode(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .addInput("a")
                        .addOutput("i"))
                .addOutput(ValueInfoProto.newBuilder().setName("i"))
                .build();
        TinyModel plain = TinyModel.opset(17)
                .input("x", -1, 3, 4, 4)
                .output("y", -1, 2)
                .weights("w", 1, 2, 3, 3, 3)
                .floats("two", new long[] {}, 2)
                .node("Conv", List.of("x", "w"), "c", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Mul", List.of("c", "two"), "m")
                .node("GlobalAveragePool", List.of("m"), "g")
                .node("Flatten", List.of("g"), "y");
        TinyModel branched = TinyModel.opset(13)
                .input("x", -1, 2)
                .input("q", TensorProto.DataType.BOOL)
                .output("y", -1, 2)
                .longs("shape", new long[] {2}, -1, 2)
                .node("Reshape", List.of("x", "shape"), "a")
                .node(
                        "If",
                        List.of("q"),
                        "y",
                        Attribute.graph("then_branch", branch),
                        Attribute.graph("else_branch", branch));
        TinyModel outside = TinyModel.opset(17)
                .input("x", -1, 2)
                .output("y", -1, 2)
                .node("MatMul", List.of("x", "w"), "y")
                .graph(graph -> graph.addInitializer(TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(1)
                        .addDims(2)
                        .addDims(2)
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("w.bin"))));
        return List.of(
                plain.proto().toByteArray(),
                branched.proto().toByteArray(),
                outside.proto().toByteArray());
    }

    /** Writes the files that fuzzing starts from. */
    public static void main(String[] arguments) throws IOException {
        SeedFiles.write(Path.of(arguments[0]), seeds());
    }

    private static void read(Path file) {
        OnnxModel model = OnnxModel.read(file);
        model.inputs();
        model.outputs();
        Graph graph = model.graph();
        graph.sorted();
        graph.initializers().stream().filter(Tensors::isFloat).forEach(Tensors::floats);
        graph.removeUnused();
        model.withGraph(graph).bytes();
        StreamedModel.open(file).close();
        readAnyForm(file);
    }

    private static void readAnyForm(Path file) {
        Graph graph = OnnxModel.readAnyForm(file).graph();
        graph.initializers().stream()
                .flatMap(tensor -> StoredIntegers.of(tensor).stream())
                .forEach(StoredIntegers::allZero);
    }
}
