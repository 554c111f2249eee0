package io.quantfleet.quantizer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxReaderTest {
    @TempDir
    Path folder;

    private static TinyModel dense(int opset) {
        return TinyModel.opset(opset)
                .input("x", -1, 4)
                .output("y", -1, 2)
                .weights("w", 1, 4, 2)
                .node("MatMul", List.of("x", "w"), "y");
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.onnx"), bytes);
    }

    private void refuses(byte[] bytes, ReasonCode code, String... named) throws IOException {
        Path file = file(bytes);
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> OnnxModel.read(file))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .satisfies(e -> assertThat(e.getMessage()).contains(named));
    }

    private void refusesGraph(Consumer<GraphProto.Builder> change, ReasonCode code, String... named)
            throws IOException {
        refuses(dense(17).graph(change).proto().toByteArray(), code, named);
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 13, 22})
    void readsEveryOpsetInTheRange(int opset) throws IOException {
        OnnxModel model = OnnxModel.read(file(dense(opset).proto().toByteArray()));
        assertThat(model.opset()).isEqualTo(opset);
        assertThat(model.inputs()).extracting("name").containsExactly("x");
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 10, 23})
    void refusesOtherOpsetsAndNamesThem(int opset) throws IOException {
        refuses(dense(opset).proto().toByteArray(), ReasonCode.OPSET_UNSUPPORTED, "opset " + opset, "11 to 22");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        refuses(new byte[0], ReasonCode.MODEL_MALFORMED, "model.onnx", "empty");
    }

    @Test
    void refusesATruncatedFile() throws IOException {
        byte[] whole = dense(17).proto().toByteArray();
        refuses(Arrays.copyOf(whole, whole.length - 20), ReasonCode.MODEL_MALFORMED, "model.onnx", "cut off");
    }

    @Test
    void refusesWhatIsNotOnnx() throws IOException {
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        refuses(noise, ReasonCode.MODEL_MALFORMED, "not an ONNX");
        refuses(new byte[] {8, 7}, ReasonCode.MODEL_MALFORMED, "no graph");
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> OnnxModel.read(folder.resolve("none.onnx")))
                .withMessageContaining("none.onnx");
    }

    @Test
    void namesTheOperatorThatCantBeHandled() throws IOException {
        refusesGraph(
                graph -> graph.setNode(
                        0, graph.getNode(0).toBuilder().setOpType("Warp").setName("bend")),
                ReasonCode.OPERATOR_UNSUPPORTED,
                "Warp",
                "bend");
        refusesGraph(
                graph -> graph.setNode(0, graph.getNode(0).toBuilder().setDomain("com.acme")),
                ReasonCode.OPERATOR_UNSUPPORTED,
                "com.acme.MatMul");
    }

    @Test
    void advisesOnAModelThatIsQuantizedAlready() throws IOException {
        refusesGraph(
                graph -> graph.addNode(NodeProto.newBuilder()
                        .setOpType("QuantizeLinear")
                        .setName("q")
                        .addInput("x")
                        .addOutput("xq")),
                ReasonCode.MODEL_ALREADY_QUANTIZED,
                "QuantizeLinear",
                "FP32 model");
    }

    @Test
    void refusesGraphsThatDontHangTogether() throws IOException {
        refusesGraph(
                graph -> graph.setNode(0, graph.getNode(0).toBuilder().setInput(1, "nowhere")),
                ReasonCode.MODEL_MALFORMED,
                "nowhere");
        refusesGraph(graph -> graph.addNode(graph.getNode(0)), ReasonCode.MODEL_MALFORMED, "makes tensor y twice");
        refusesGraph(GraphProto.Builder::clearOutput, ReasonCode.MODEL_MALFORMED, "no output");
        refusesGraph(
                graph -> graph.addOutput(ValueInfoProto.newBuilder().setName("z")),
                ReasonCode.MODEL_MALFORMED,
                "output z");
    }

    @Test
    void refusesATensorWhoseBytesDontFitItsDimensions() throws IOException {
        refusesGraph(
                graph -> graph.setInitializer(
                        0, graph.getInitializer(0).toBuilder().setDims(0, 5)),
                ReasonCode.MODEL_MALFORMED,
                "tensor w",
                "[5, 2]");
        refusesGraph(
                graph -> graph.setInitializer(
                        0, graph.getInitializer(0).toBuilder().setDims(0, -4)),
                ReasonCode.MODEL_MALFORMED,
                "negative");
    }

    @Test
    void aCycleIsNamed() throws IOException {
        ModelProto cycle = TinyModel.opset(17)
                .input("x", 1)
                .output("a", 1)
                .node("Add", List.of("x", "b"), "a")
                .node("Relu", List.of("a"), "b")
                .proto();
        OnnxModel model = OnnxModel.read(file(cycle.toByteArray()));
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> model.graph().sorted())
                .withMessageContaining("cycle");
    }

    @Test
    void constantsThatAreAlsoInputsAreConstants() throws IOException {
        ModelProto old = dense(11)
                .graph(graph -> graph.addInput(ValueInfoProto.newBuilder().setName("w")))
                .proto();
        OnnxModel model = OnnxModel.read(file(old.toByteArray()));
        assertThat(model.inputs()).extracting("name").containsExactly("x");
        assertThat(model.graph().initializer("w")).isPresent();
    }

    // ---- external data

    private void external(String location, String offset, String length) throws IOException {
        ModelProto proto = dense(17)
                .graph(graph -> {
                    TensorProto.Builder tensor = graph.getInitializerBuilder(0)
                            .clearRawData()
                            .setDataLocation(TensorProto.DataLocation.EXTERNAL);
                    tensor.addExternalDataBuilder().setKey("location").setValue(location);
                    tensor.addExternalDataBuilder().setKey("offset").setValue(offset);
                    tensor.addExternalDataBuilder().setKey("length").setValue(length);
                })
                .proto();
        file(proto.toByteArray());
    }

    private void refusesExternal(String... named) throws IOException {
        refuses(Files.readAllBytes(folder.resolve("model.onnx")), ReasonCode.MODEL_MALFORMED, named);
    }

    @Test
    void readsExternalData() throws IOException {
        TensorProto inline = dense(17).proto().getGraph().getInitializer(0);
        byte[] padded =
                ByteString.copyFrom(new byte[64]).concat(inline.getRawData()).toByteArray();
        Files.write(folder.resolve("weights.bin"), padded);
        external("weights.bin", "64", "32");
        OnnxModel model = OnnxModel.read(folder.resolve("model.onnx"));
        assertThat(Tensors.floats(model.graph().initializer("w").orElseThrow())).isEqualTo(Tensors.floats(inline));
    }

    @Test
    void keepsLargeExternalDataOutOfTheHeap() throws IOException {
        Path file = folder.resolve("large.onnx");
        LargeModel.write(file, 512, 1);
        TensorProto weight =
                OnnxModel.read(file).graph().initializers().iterator().next();
        assertThat(weight.getRawData().asReadOnlyByteBuffer().isDirect()).isTrue();
        assertThat(weight.getRawData().toByteArray())
                .isEqualTo(Files.readAllBytes(folder.resolve("large.onnx.weights")));
    }

    @Test
    void refusesExternalDataThatIsMissingOrTooShort() throws IOException {
        external("weights.bin", "0", "32");
        refusesExternal("tensor w", "weights.bin");
        Files.write(folder.resolve("weights.bin"), new byte[40]);
        external("weights.bin", "16", "32");
        refusesExternal("tensor w", "40");
        external("weights.bin", "0", "16");
        refusesExternal("tensor w", "needs 32 bytes");
        external("weights.bin", "-8", "32");
        refusesExternal("tensor w", "negative offset");
        external("weights.bin", "far", "32");
        refusesExternal("tensor w", "offset \"far\"");
        external("weights.bin", "9223372036854775800", "32");
        refusesExternal("tensor w");
    }

    @Test
    void refusesExternalDataOutsideTheModelsFolder() throws IOException {
        Path outside = Files.write(folder.resolveSibling("outside-" + folder.getFileName()), new byte[32]);
        try {
            external("../" + outside.getFileName(), "0", "32");
            refusesExternal("tensor w", "not a file beside the model");
            external(outside.toString(), "0", "32");
            refusesExternal("tensor w", "not a file beside the model");
            Files.createSymbolicLink(folder.resolve("link.bin"), outside);
            external("link.bin", "0", "32");
            refusesExternal("tensor w", "link");
        } finally {
            Files.delete(outside);
        }
    }

    // ---- writing

    @Test
    void writesWhatItRead() throws IOException {
        OnnxModel model = OnnxModel.read(file(dense(17).proto().toByteArray()));
        Path copy = folder.resolve("copy.onnx");
        model.write(copy);
        assertThat(OnnxModel.read(copy).bytes()).isEqualTo(model.bytes()).isEqualTo(Files.size(copy));
    }

    @Test
    void leavesNothingBehindIfItCantWrite() throws IOException {
        OnnxModel model = OnnxModel.read(file(dense(17).proto().toByteArray()));
        Path blocked = Files.createDirectories(folder.resolve("blocked/full"));
        Files.createFile(blocked.resolve("something"));
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> model.write(blocked))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.STORAGE_FAILED));
        try (var left = Files.list(folder.resolve("blocked"))) {
            assertThat(left).containsExactly(blocked);
        }
    }

    private static TensorProto.Builder stored(int type, long... dimensions) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName("t").setDataType(type);
        Arrays.stream(dimensions).forEach(tensor::addDims);
        return tensor;
    }

    @ParameterizedTest
    @ValueSource(ints = {DataType.FLOAT_VALUE, DataType.INT8_VALUE, DataType.INT4_VALUE, DataType.STRING_VALUE})
    void refusesDimensionsThatCannotBeMultiplied(int type) throws IOException {
        refusesGraph(
                graph -> graph.addInitializer(stored(type, 1L << 40, 1L << 40)),
                ReasonCode.MODEL_MALFORMED,
                "tensor t has impossible dimensions [1099511627776, 1099511627776]");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                DataType.FLOAT_VALUE,
                DataType.DOUBLE_VALUE,
                DataType.FLOAT16_VALUE,
                DataType.INT8_VALUE,
                DataType.INT32_VALUE,
                DataType.INT64_VALUE,
                DataType.UINT64_VALUE,
                DataType.BOOL_VALUE,
                DataType.INT4_VALUE,
                DataType.STRING_VALUE
            })
    void refusesTensorsThatListFewerNumbersThanTheirDimensionsPromise(int type) throws IOException {
        refusesGraph(
                graph -> graph.addInitializer(stored(type, 3)), ReasonCode.MODEL_MALFORMED, "tensor t has 0", "[3]");
    }

    @Test
    void refusesHalvesOfBytesThatDoNotFillTheirDimensions() throws IOException {
        ByteString two = ByteString.copyFrom(new byte[2]);
        refusesGraph(
                graph -> graph.addInitializer(stored(DataType.INT4_VALUE, 5).setRawData(two)),
                ReasonCode.MODEL_MALFORMED,
                "tensor t has 2 bytes for dimensions [5]");
    }

    @Test
    void checksTheTensorsOfAttributesInBranchesToo() throws IOException {
        AttributeProto value = AttributeProto.newBuilder()
                .setName("value")
                .setT(stored(DataType.FLOAT_VALUE, 3).addFloatData(1))
                .build();
        GraphProto branch = GraphProto.newBuilder()
                .addNode(NodeProto.newBuilder()
                        .setOpType("Constant")
                        .addOutput("c")
                        .addAttribute(value))
                .build();
        refusesGraph(
                graph -> graph.addNode(NodeProto.newBuilder()
                        .setOpType("If")
                        .addOutput("o")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("then_branch")
                                .setG(branch))),
                ReasonCode.MODEL_MALFORMED,
                "tensor t has 1 numbers for dimensions [3]");
    }
}
