package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.form.DynamicInt8;
import io.quantfleet.quantizer.form.DynamicOptions;
import io.quantfleet.quantizer.form.HalfStorage;
import io.quantfleet.quantizer.form.WeightOnly;
import io.quantfleet.quantizer.form.WeightOnlyOptions;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is unusual in a model, but allowed: quantized in every form, and run by ONNX Runtime beside the original. */
class OnnxOdditiesTest {
    private static final int WIDTH = 64;
    private static final GaussianSamples SAMPLES = new GaussianSamples(12, WIDTH);

    /** A way to quantize, and how close it comes to these models. */
    private record Form(String name, Function<PreparedModel, QuantizedModel> make, double leastDecibels) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Form> forms() {
        return List.of(
                new Form("static", OnnxOdditiesTest::quantizedStatically, 20),
                new Form("dynamic", model -> DynamicInt8.quantize(model, DynamicOptions.usual()), 25),
                new Form("weight-only-int8", model -> WeightOnly.quantize(model, WeightOnlyOptions.ofBits(8)), 25),
                new Form("fp16-storage", model -> HalfStorage.quantize(model, Set.of()), 50));
    }

    private static QuantizedModel quantizedStatically(PreparedModel prepared) {
        return new StaticQuantizer(new Calibrator(1, 4))
                .quantize(
                        new Calibration(new Calibrator(1, 4), prepared, SAMPLES, ProgressListener.NONE),
                        Recipe.of(Quantized.profile("rpi-cpu"), RangeChoice.of(new MinMax())));
    }

    private static TinyModel plain(String input, String weight, String middle, String output) {
        return TinyModel.opset(17)
                .input(input, -1, WIDTH)
                .output(output, -1, WIDTH)
                .weights(weight, 0.1, WIDTH, WIDTH)
                .weights(weight + "2", 0.1, WIDTH, WIDTH)
                .node("MatMul", List.of(input, weight), middle)
                .node("Relu", List.of(middle), middle + "r")
                .node("MatMul", List.of(middle + "r", weight + "2"), output);
    }

    private static ValueInfoProto declared(String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1)))
                .build();
    }

    // Reads a tensor and a weight of the graph around it, and has a weight of its own that is called like one outside.
    private static GraphProto branch(String operator) {
        return GraphProto.newBuilder()
                .setName(operator)
                .addInitializer(TensorProto.newBuilder()
                        .setName("w2")
                        .setDataType(1)
                        .addDims(1)
                        .setRawData(ByteString.copyFrom(new byte[] {0, 0, 0, 0x3f})))
                .addNode(NodeProto.newBuilder()
                        .setOpType("MatMul")
                        .addInput("h")
                        .addInput("w")
                        .addOutput("inner"))
                .addNode(NodeProto.newBuilder()
                        .setOpType(operator)
                        .addInput("inner")
                        .addInput("w2")
                        .addOutput("chosen"))
                .addOutput(declared("chosen"))
                .build();
    }

    private static TinyModel branched() {
        return TinyModel.opset(17)
                .input("x", -1, WIDTH)
                .output("y", -1, WIDTH)
                .weights("w", 0.1, WIDTH, WIDTH)
                .weights("w3", 0.1, WIDTH, WIDTH)
                .floats("zero", new long[] {}, 0)
                .node("MatMul", List.of("x", "w"), "h")
                .node("ReduceSum", List.of("h"), "sum", Attribute.of("keepdims", 0))
                .node("Greater", List.of("sum", "zero"), "positive")
                .node(
                        "If",
                        List.of("positive"),
                        "i",
                        Attribute.graph("then_branch", branch("Add")),
                        Attribute.graph("else_branch", branch("Mul")))
                .node("MatMul", List.of("i", "w3"), "y");
    }

    private static Stream<Arguments> oddities() {
        Map<String, TinyModel> models = Map.of(
                "names with spaces, quotes and scripts", plain("x", "ein \"Gewicht\" 重み", "a/b:0\\c", "y"),
                "names like those made here", plain("x", "x_quantized", "x_scale", "y"),
                "a tensor called like its node", plain("x", "MatMul_0", "MatMul_2", "y"),
                "a layer inside an If", branched(),
                "a weight that is an input too", plain("x", "w", "m", "y").input("w", WIDTH, WIDTH),
                "a weight used by two layers, once as it is and once transposed",
                        TinyModel.opset(17)
                                .input("x", -1, WIDTH)
                                .output("y", -1, WIDTH)
                                .weights("w", 0.1, WIDTH, WIDTH)
                                .node("Gemm", List.of("x", "w"), "a")
                                .node("Relu", List.of("a"), "r")
                                .node("Gemm", List.of("r", "w"), "y", Attribute.of("transB", 1)),
                "nodes without names",
                        plain("x", "w", "m", "y")
                                .graph(graph -> graph.getNodeBuilderList().forEach(NodeProto.Builder::clearName)),
                "nodes in no order",
                        plain("x", "w", "m", "y").graph(graph -> {
                            List<NodeProto> nodes = List.copyOf(graph.getNodeList());
                            graph.clearNode();
                            for (int i = nodes.size() - 1; i >= 0; i--) {
                                graph.addNode(nodes.get(i));
                            }
                        }),
                "a tensor that is an output and is read on",
                        plain("x", "w", "m", "y").output("mr", -1, WIDTH));
        return models.entrySet().stream().sorted(Map.Entry.comparingByKey()).flatMap(model -> forms().stream()
                .map(form -> Arguments.of(model.getKey(), form, model.getValue())));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("oddities")
    void isQuantizedAllTheSame(String oddity, Form form, TinyModel model) {
        OnnxModel original = OnnxModel.of(model.proto());
        PreparedModel prepared = PreparedModel.of(original, SAMPLES, Map.of(), false);

        QuantizedModel variant = form.make().apply(prepared);

        assertThat(variant.model().inputs()).isEqualTo(original.inputs());
        assertThat(variant.model().outputs().stream().map(TensorSpec::name))
                .isEqualTo(original.outputs().stream().map(TensorSpec::name).toList());
        for (TensorSpec output : original.outputs()) {
            float[] expected = run(original, output.name(), SAMPLES);
            float[] actual = run(variant.model(), output.name(), SAMPLES);
            assertThat(Quantized.sqnr(expected, actual)).as(output.name()).isGreaterThan(form.leastDecibels());
        }
    }

    private static float[] run(OnnxModel model, String output, SampleSource samples) {
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(samples.size());
            batch.fill(samples, 0, samples.size());
            batch.run(samples.size());
            return batch.output(output).floats();
        }
    }

    @Test
    void layersInsideSubgraphsStayInFloats() {
        PreparedModel prepared = PreparedModel.of(OnnxModel.of(branched().proto()), SAMPLES, Map.of(), false);
        QuantizedModel variant = quantizedStatically(prepared);
        assertThat(variant.leftFloat()).extracting(FloatLayer::operator).contains("If");
        assertThat(variant.quantizedNodes()).contains("MatMul_0", "MatMul_4");
    }

    private static TinyModel twoOfEach() {
        return TinyModel.opset(17)
                .input("x", -1, WIDTH)
                .input("z", -1, WIDTH)
                .output("y", -1, 8)
                .output("side", -1, WIDTH)
                .output("passed", -1, WIDTH)
                .weights("w", 0.1, WIDTH, WIDTH)
                .weights("v", 0.1, WIDTH, 8)
                .node("MatMul", List.of("x", "w"), "a")
                .node("Add", List.of("a", "z"), "s")
                .node("Relu", List.of("s"), "side")
                .node("MatMul", List.of("side", "v"), "y")
                .node("Identity", List.of("z"), "passed");
    }

    @Test
    void aModelMayHaveSeveralInputsAndOutputs() {
        OnnxModel original = OnnxModel.of(twoOfEach().proto());
        PreparedModel prepared = PreparedModel.of(original, SAMPLES, Map.of(), false);
        for (Form form : forms()) {
            QuantizedModel variant = form.make().apply(prepared);
            assertThat(variant.model().inputs()).isEqualTo(original.inputs());
            for (String output : List.of("y", "side", "passed")) {
                assertThat(Quantized.sqnr(run(original, output, SAMPLES), run(variant.model(), output, SAMPLES)))
                        .as(form + " " + output)
                        .isGreaterThan(form.leastDecibels());
            }
        }
    }

    @Test
    void dimensionsMayBeOpenWhereverTheyAre() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, -1, -1, -1)
                .output("y", -1, -1)
                .weights("w", 0.3, 8, 4, 3, 3)
                .weights("w2", 0.3, 8, 8, 1, 1)
                .node("Conv", List.of("x", "w"), "c", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Relu", List.of("c"), "r")
                .node("Conv", List.of("r", "w2"), "d")
                .node("GlobalAveragePool", List.of("d"), "g")
                .node("Flatten", List.of("g"), "y");
        OnnxModel original = OnnxModel.of(model.proto());
        PreparedModel prepared = PreparedModel.of(original, SAMPLES, Map.of("x", List.of(4L, 4L, 4L)), false);
        QuantizedModel variant = quantizedStatically(prepared);
        assertThat(Quantized.sqnr(Quantized.run(prepared.model(), SAMPLES), Quantized.run(variant.model(), SAMPLES)))
                .isGreaterThan(20);
    }

    private static TinyModel clipped(String least, String greatest) {
        return TinyModel.opset(17)
                .input("x", -1, 4, 4, 4)
                .output("y", -1, 8, 4, 4)
                .weights("w", 0.3, 8, 4, 3, 3)
                .weights("w2", 0.3, 8, 8, 1, 1)
                .floats("zero", new long[] {}, 0)
                .floats("most", new long[] {}, 1)
                .node("Conv", List.of("x", "w"), "c", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Clip", List.of("c", least, greatest), "r")
                .node("Conv", List.of("r", "w2"), "y");
    }

    @ParameterizedTest(name = "from {0} to {1} for {2}")
    @CsvSource({"'', most, rpi-cpu", "'', most, phone-npu", "'', most, gpu", "zero, '', rpi-cpu", "'', '', phone-npu"})
    void aBoundMayBeLeftOutOfAClip(String least, String greatest, String deviceClass) {
        GaussianSamples samples = new GaussianSamples(12, 4 * 4 * 4);
        OnnxModel original = OnnxModel.of(clipped(least, greatest).proto());

        QuantizedModel variant = Quantized.of(clipped(least, greatest), samples, deviceClass);

        assertThat(Quantized.sqnr(Quantized.run(original, samples), Quantized.run(variant.model(), samples)))
                .isGreaterThan(20);
    }

    @Test
    void aModelOfHalvesIsTakenAsFp32() {
        TensorProto halves = TensorProto.newBuilder()
                .setName("w")
                .setDataType(TensorProto.DataType.FLOAT16_VALUE)
                .addDims(WIDTH)
                .addDims(4)
                .addAllInt32Data(Collections.nCopies(WIDTH * 4, 0x3c00))
                .build();
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, WIDTH)
                .output("y", -1, 4)
                .graph(graph -> graph.addInitializer(halves))
                .node("Cast", List.of("x"), "h", Attribute.of("to", TensorProto.DataType.FLOAT16_VALUE))
                .node("MatMul", List.of("h", "w"), "m")
                .node("Cast", List.of("m"), "y", Attribute.of("to", TensorProto.DataType.FLOAT_VALUE));
        PreparedModel prepared = PreparedModel.of(OnnxModel.of(model.proto()), SAMPLES, Map.of(), false);
        for (Form form : forms()) {
            assertThat(form.make().apply(prepared).quantizedNodes())
                    .as(form.name())
                    .isNotEmpty();
        }
    }
}
