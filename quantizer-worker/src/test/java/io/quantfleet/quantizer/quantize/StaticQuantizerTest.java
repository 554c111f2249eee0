package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.target.ProfileReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaticQuantizerTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(16, 8);

    private static TinyModel dense() {
        return TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 3)
                .weights("w", 0.5, 8, 3)
                .weights("b", 0.5, 3)
                .node("Gemm", List.of("x", "w", "b"), "y");
    }

    private static TinyModel block() {
        return TinyModel.opset(17)
                .input("x", -1, 2, 2, 2)
                .output("y", -1, 2, 2, 2)
                .weights("w1", 1, 2, 2, 1, 1)
                .weights("b1", 1, 2)
                .weights("w2", 1, 2, 2, 1, 1)
                .node("Conv", List.of("x", "w1", "b1"), "c1")
                .node("Relu", List.of("c1"), "r1")
                .node("Conv", List.of("r1", "w2"), "c2")
                .node("Add", List.of("c2", "r1"), "sum")
                .node("Relu", List.of("sum"), "y");
    }

    private static long count(QuantizedModel model, String operator) {
        return model.model().graph().nodes().stream()
                .filter(node -> node.is(operator))
                .count();
    }

    // ---- the arithmetic, in plain Java

    @ParameterizedTest
    @ValueSource(strings = {"rpi-cpu", "phone-npu"})
    void computesWhatIntegersWould(String deviceClass) {
        QuantizedModel quantized = Quantized.of(dense(), SAMPLES, deviceClass);
        Graph graph = quantized.model().graph();
        Node gemm = graph.nodes().stream().filter(n -> n.is("Gemm")).findFirst().orElseThrow();
        Node input = graph.producer(gemm.inputs().get(0)).orElseThrow();
        Node weight = graph.producer(gemm.inputs().get(1)).orElseThrow();
        Node bias = graph.producer(gemm.inputs().get(2)).orElseThrow();
        float inputScale = floats(graph, input, 1)[0];
        byte zero = graph.initializer(input.inputs().get(2))
                .orElseThrow()
                .getRawData()
                .byteAt(0);
        int inputZero = zero & 0xff;
        Affine affine = new Affine(Quantized.profile(deviceClass).activations().type(), inputScale, inputZero);
        byte[] weights = graph.initializer(weight.inputs().get(0))
                .orElseThrow()
                .getRawData()
                .toByteArray();
        float[] weightScales = floats(graph, weight, 1);
        int[] biases = ints(graph.initializer(bias.inputs().get(0)).orElseThrow());

        HostTensor samples = HostTensor.ofFloats(List.of(16L, 8L), new float[128]);
        for (int i = 0; i < 16; i++) {
            SAMPLES.fill(i, "x", samples.data());
        }
        samples.data().rewind();
        float[] x = samples.floats();
        float[] actual = Quantized.run(quantized.model(), SAMPLES);
        Output output = Output.of(graph);
        for (int sample = 0; sample < 16; sample++) {
            for (int column = 0; column < 3; column++) {
                int sum = biases[column];
                for (int k = 0; k < 8; k++) {
                    sum += (affine.quantize(x[sample * 8 + k]) - inputZero) * weights[k * 3 + column];
                }
                float exact = sum * inputScale * weightScales[weightScales.length == 1 ? 0 : column];
                assertThat(actual[sample * 3 + column]).isCloseTo(output.apply(exact), within(output.tolerance()));
            }
        }
    }

    /** What becomes of a result on its way out: the output of phone-npu is rounded to a step of its own. */
    private record Output(float scale, int zero) {
        static Output of(Graph graph) {
            Node node = graph.producer("y").orElseThrow();
            if (!node.is("DequantizeLinear")) {
                return new Output(0, 0);
            }
            byte zero = graph.initializer(node.inputs().get(2))
                    .orElseThrow()
                    .getRawData()
                    .byteAt(0);
            return new Output(floats(graph, node, 1)[0], zero & 0xff);
        }

        float apply(float exact) {
            if (scale == 0) {
                return exact;
            }
            double integer = Math.max(0, Math.min(255, Math.rint(exact / scale) + zero));
            return (float) (integer - zero) * scale;
        }

        // Kernels multiply by one combined factor, so a tie may fall to the other side.
        float tolerance() {
            return scale == 0 ? 1e-5f : scale * 1.001f;
        }
    }

    private static float[] floats(Graph graph, Node node, int place) {
        return Tensors.floats(graph.initializer(node.inputs().get(place)).orElseThrow());
    }

    private static int[] ints(TensorProto tensor) {
        int[] values = new int[(int) Tensors.elements(tensor)];
        tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(values);
        return values;
    }

    // ---- where pairs go

    @Test
    void nothingIsQuantizedBetweenALayerAndItsBound() {
        QuantizedModel cpu = Quantized.of(block(), SAMPLES, "rpi-cpu");
        assertThat(count(cpu, "QuantizeLinear")).isEqualTo(4);
        // What a Relu would cut off, the integers can't express.
        assertThat(count(cpu, "Relu")).isZero();

        QuantizedModel gpu = Quantized.of(block(), SAMPLES, "gpu");
        // Symmetric integers express negative values, so the Relu stays.
        assertThat(count(gpu, "Relu")).isEqualTo(2);
        assertThat(count(gpu, "QuantizeLinear")).isEqualTo(2);
        Node relu = gpu.model().graph().nodes().stream()
                .filter(node -> node.is("Relu"))
                .findFirst()
                .orElseThrow();
        assertThat(gpu.model()
                        .graph()
                        .producer(relu.inputs().get(0))
                        .orElseThrow()
                        .operator())
                .isEqualTo("Conv");
    }

    @Test
    void aBoundInsideTheIntegersRangeStays() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 2, 2, 2)
                .output("y", -1, 2, 2, 2)
                .weights("w1", 1, 2, 2, 1, 1)
                .weights("w2", 1, 2, 2, 1, 1)
                .floats("low", new long[] {}, 0.25f)
                .node("Conv", List.of("x", "w1"), "c1")
                .node("Clip", List.of("c1", "low"), "r1")
                .node("Conv", List.of("r1", "w2"), "y");
        assertThat(count(Quantized.of(model, SAMPLES, "rpi-cpu"), "Clip")).isOne();
    }

    @Test
    void whatOnlyMovesValuesKeepsTheirScale() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 2, 2, 2)
                .output("y", -1, 2, 2, 2)
                .weights("w1", 1, 2, 2, 1, 1)
                .weights("w2", 1, 2, 2, 1, 1)
                .node("Conv", List.of("x", "w1"), "c1")
                .node("Transpose", List.of("c1"), "t", Attribute.ints("perm", 0, 1, 3, 2))
                .node("Conv", List.of("t", "w2"), "y");
        Graph graph = Quantized.of(model, SAMPLES, "rpi-cpu").model().graph();
        Node transpose = graph.nodes().stream()
                .filter(n -> n.is("Transpose"))
                .findFirst()
                .orElseThrow();
        Node before = graph.producer(transpose.inputs().get(0)).orElseThrow();
        Node after = graph.consumers(transpose.output()).get(0);
        assertThat(before.operator()).isEqualTo("DequantizeLinear");
        assertThat(after.operator()).isEqualTo("QuantizeLinear");
        assertThat(after.inputs().subList(1, 3)).isEqualTo(before.inputs().subList(1, 3));
    }

    @Test
    void inputsAndOutputsKeepTheirNamesAndTypes() {
        for (String deviceClass : ProfileReader.builtInNames()) {
            OnnxModel variant = Quantized.of(block(), SAMPLES, deviceClass).model();
            assertThat(variant.inputs()).extracting("name").containsExactly("x");
            assertThat(variant.outputs()).extracting("name").containsExactly("y");
            assertThat(Quantized.run(variant, SAMPLES)).hasSize(16 * 8);
        }
    }

    @Test
    void whatFollowsFloatsStaysInFloatsAndSaysWhy() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 3)
                .weights("w", 0.5, 8, 3)
                .weights("b", 0.5, 3)
                .node("Tanh", List.of("x"), "t")
                .node("Mul", List.of("t", "x"), "m")
                .node("Gemm", List.of("m", "w", "b"), "y");
        QuantizedModel quantized = Quantized.of(model, SAMPLES, "rpi-cpu");
        assertThat(quantized.leftFloat()).extracting(FloatLayer::operator).containsExactlyInAnyOrder("Tanh", "Mul");
        assertThat(quantized.leftFloat()).extracting(FloatLayer::reason).allMatch(reason -> !reason.isBlank());
        assertThat(Quantized.of(model, SAMPLES, "phone-npu").leftFloat()).isEmpty();
    }

    @Test
    void theSameInputGivesTheSameBytes() {
        ByteBuffer once = Quantized.of(block(), SAMPLES, "rpi-cpu").model().serialized();
        ByteBuffer again = Quantized.of(block(), SAMPLES, "rpi-cpu").model().serialized();
        assertThat(again).isEqualTo(once);
    }

    // ---- weights

    @Test
    void layersThatShareAWeightShareItsIntegers() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 2, 2, 2)
                .output("y", -1, 2, 2, 2)
                .weights("w", 1, 2, 2, 1, 1)
                .node("Conv", List.of("x", "w"), "c1")
                .node("Conv", List.of("c1", "w"), "y");
        QuantizedModel quantized = Quantized.of(model, SAMPLES, "rpi-cpu");
        assertThat(quantized.model().graph().initializers())
                .filteredOn(tensor -> tensor.getDimsCount() == 4)
                .hasSize(1);
        assertClose(model, quantized);
    }

    @Test
    void layersMayShareABias() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 8)
                .weights("w", 0.5, 8, 8)
                .weights("v", 0.5, 8, 8)
                .weights("b", 0.5, 8)
                .node("Gemm", List.of("x", "w", "b"), "h")
                .node("Gemm", List.of("h", "v", "b"), "y");
        assertClose(model, Quantized.of(model, SAMPLES, "rpi-cpu"));
    }

    @Test
    void aConstantThatIsAlsoAnInputIsQuantizedAndNoInputAnyMore() {
        TinyModel model = dense().graph(
                        graph -> graph.addInput(ValueInfoProto.newBuilder().setName("w")));
        QuantizedModel quantized = Quantized.of(model, SAMPLES, "rpi-cpu");
        assertThat(quantized.model().inputs()).extracting("name").containsExactly("x");
        assertClose(dense(), quantized);
    }

    @Test
    void aDeadChannelKeepsItsBias() {
        float[] weights = {1, 0, -0.5f, 0, 0.3f, 0, 0.7f, 0, 1, 0, 0.2f, 0, -0.1f, 0, 0.4f, 0};
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 2)
                .floats("w", new long[] {8, 2}, weights)
                .floats("b", new long[] {2}, 0.1f, 123.456f)
                .node("Gemm", List.of("x", "w", "b"), "y");
        float[] actual = Quantized.run(Quantized.of(model, SAMPLES, "rpi-cpu").model(), SAMPLES);
        assertThat(actual[1]).isCloseTo(123.456f, within(1e-3f));
    }

    @Test
    void aBiasFarLargerThanItsWeightsIsNotCutOff() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 2)
                .weights("w", 1e-7, 8, 2)
                .floats("b", new long[] {2}, 1000, -2000)
                .node("Gemm", List.of("x", "w", "b"), "y");
        float[] actual = Quantized.run(Quantized.of(model, SAMPLES, "rpi-cpu").model(), SAMPLES);
        assertThat(actual[0]).isCloseTo(1000, within(0.1f));
        assertThat(actual[1]).isCloseTo(-2000, within(0.1f));
    }

    @Test
    void gemmsFactorsAreHonoured() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 3)
                .weights("w", 0.5, 3, 8)
                .weights("b", 0.5, 3)
                .node(
                        "Gemm",
                        List.of("x", "w", "b"),
                        "y",
                        Attribute.of("alpha", 0.5f),
                        Attribute.of("beta", 3f),
                        Attribute.of("transB", 1));
        for (String deviceClass : ProfileReader.builtInNames()) {
            assertClose(model, Quantized.of(model, SAMPLES, deviceClass));
        }
    }

    @Test
    void aProductOfTwoComputedMatricesIsQuantized() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 2, 4)
                .output("y", -1, 2, 2)
                .node("Transpose", List.of("x"), "t", Attribute.ints("perm", 0, 2, 1))
                .node("MatMul", List.of("x", "t"), "y");
        QuantizedModel quantized = Quantized.of(model, SAMPLES, "rpi-cpu");
        assertThat(quantized.leftFloat()).isEmpty();
        assertClose(model, quantized);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpi-cpu", "phone-npu", "gpu", "openvino"})
    void tablesThatAreLookedUpAreStoredInIntegers(String deviceClass) {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 8, 3)
                .weights("table", 1, 50, 16)
                .weights("w", 0.5, 16, 3)
                .node("Cast", List.of("x"), "ids", Attribute.of("to", TensorProto.DataType.INT64_VALUE))
                .node("Gather", List.of("table", "ids"), "rows")
                .node("MatMul", List.of("rows", "w"), "y");
        QuantizedModel quantized = Quantized.of(model, SAMPLES, deviceClass);
        assertThat(quantized.model().graph().initializers())
                .noneMatch(tensor -> Tensors.isFloat(tensor) && Tensors.elements(tensor) > 100);
        assertClose(model, quantized);
    }

    // ---- what can't be done

    @Test
    void refusesAModelThatHasNothingToQuantize() {
        TinyModel model =
                TinyModel.opset(17).input("x", -1, 8).output("y", -1, 8).node("Tanh", List.of("x"), "y");
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> Quantized.of(model, SAMPLES, "rpi-cpu"))
                .withMessageContaining("rpi-cpu")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.QUANTIZATION_FAILED));
    }

    @Test
    void namesWhatCantBeQuantizedWhereEverythingMust() {
        var branch = TinyModel.opset(17)
                .output("inner", -1, 3)
                .node("Neg", List.of("g"), "inner")
                .proto()
                .getGraph();
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 8)
                .output("y", -1, 3)
                .weights("w", 0.5, 8, 3)
                .floats("limit", new long[] {}, 0)
                .node("MatMul", List.of("x", "w"), "g")
                .node("ReduceSum", List.of("x"), "sum", Attribute.of("keepdims", 0))
                .node("Greater", List.of("sum", "limit"), "flag")
                .node(
                        "If",
                        List.of("flag"),
                        "y",
                        Attribute.graph("then_branch", branch),
                        Attribute.graph("else_branch", branch));
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> Quantized.of(model, SAMPLES, "phone-npu"))
                .withMessageContaining("If_3")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.OPERATOR_UNSUPPORTED));
        QuantizedModel cpu = Quantized.of(model, SAMPLES, "rpi-cpu");
        assertThat(cpu.leftFloat()).extracting(FloatLayer::operator).contains("If");
        assertClose(model, cpu);
    }

    @Test
    void olderOpsetsAreQuantizedToo() {
        TinyModel model = TinyModel.opset(11)
                .input("x", -1, 8)
                .output("y", -1, 3)
                .weights("w", 0.5, 8, 3)
                .weights("b", 0.5, 3)
                .node("Unsqueeze", List.of("x"), "u", Attribute.ints("axes", 1))
                .node("Squeeze", List.of("u"), "s", Attribute.ints("axes", 1))
                .node("Gemm", List.of("s", "w", "b"), "y");
        QuantizedModel quantized = Quantized.of(model, SAMPLES, "rpi-cpu");
        assertThat(quantized.model().opset()).isEqualTo(13);
        assertClose(model, quantized);
    }

    private static void assertClose(TinyModel model, QuantizedModel quantized) {
        float[] expected = Quantized.run(OnnxModel.of(model.proto()), SAMPLES);
        assertThat(Quantized.sqnr(expected, Quantized.run(quantized.model(), SAMPLES)))
                .isGreaterThan(27);
    }
}
