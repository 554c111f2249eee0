package io.quantfleet.quantizer.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.RuntimeOptions.Optimization;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedModelTest {

    private static PreparedModel prepare(TinyModel model, SampleSource samples) {
        return PreparedModel.of(OnnxModel.of(model.proto()), samples, Map.of(), false);
    }

    private static List<String> operators(PreparedModel prepared) {
        return prepared.model().graph().sorted().stream().map(Node::operator).toList();
    }

    private static float[] run(OnnxModel model, SampleSource samples) {
        RuntimeOptions plain = RuntimeOptions.threads(1).withOptimization(Optimization.NONE);
        try (OnnxSession session = OnnxSession.open(model.serialized(), plain)) {
            Batch batch = session.newBatch(samples.size());
            batch.fill(samples, 0, samples.size());
            batch.run(samples.size());
            return batch.output("y").floats();
        }
    }

    private static void assertSameFunction(TinyModel before, PreparedModel after, SampleSource samples) {
        float[] expected = run(OnnxModel.of(before.proto()), samples);
        float[] actual = run(after.model(), samples);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f * Math.max(1, Math.abs(expected[i]))));
        }
    }

    // ---- batch normalization

    private static TinyModel normalized(TinyModel model, int channels, String from) {
        float[] variance = new float[channels];
        for (int c = 0; c < channels; c++) {
            variance[c] = 0.3f + c;
        }
        return model.weights("gain", 1, channels)
                .weights("shift", 1, channels)
                .weights("mean", 1, channels)
                .floats("variance", new long[] {channels}, variance)
                .node(
                        "BatchNormalization",
                        List.of(from, "gain", "shift", "mean", "variance"),
                        "y",
                        Attribute.of("epsilon", 0.01f));
    }

    static Stream<Arguments> layersBeforeNormalization() {
        return Stream.of(
                Arguments.of(
                        "conv with groups and bias",
                        normalized(
                                TinyModel.opset(17)
                                        .input("x", -1, 4, 5, 5)
                                        .output("y", -1, 6, 3, 3)
                                        .weights("w", 1, 6, 2, 3, 3)
                                        .weights("b", 1, 6)
                                        .node("Conv", List.of("x", "w", "b"), "c", Attribute.of("group", 2)),
                                6,
                                "c"),
                        100,
                        "Conv"),
                Arguments.of(
                        "conv without bias",
                        normalized(
                                TinyModel.opset(17)
                                        .input("x", -1, 4, 5, 5)
                                        .output("y", -1, 6, 5, 5)
                                        .weights("w", 1, 6, 4, 1, 1)
                                        .node("Conv", List.of("x", "w"), "c"),
                                6,
                                "c"),
                        100,
                        "Conv"),
                Arguments.of(
                        "transposed conv with groups",
                        normalized(
                                TinyModel.opset(17)
                                        .input("x", -1, 4, 5, 5)
                                        .output("y", -1, 6, 7, 7)
                                        .weights("w", 1, 4, 3, 3, 3)
                                        .node("ConvTranspose", List.of("x", "w"), "c", Attribute.of("group", 2)),
                                6,
                                "c"),
                        100,
                        "ConvTranspose"),
                Arguments.of(
                        "gemm",
                        normalized(
                                TinyModel.opset(17)
                                        .input("x", -1, 4)
                                        .output("y", -1, 3)
                                        .weights("w", 1, 4, 3)
                                        .weights("b", 1, 3)
                                        .node("Gemm", List.of("x", "w", "b"), "c", Attribute.of("alpha", 0.5f)),
                                3,
                                "c"),
                        4,
                        "Gemm"),
                Arguments.of(
                        "gemm, transposed",
                        normalized(
                                TinyModel.opset(17)
                                        .input("x", -1, 4)
                                        .output("y", -1, 3)
                                        .weights("w", 1, 3, 4)
                                        .node("Gemm", List.of("x", "w"), "c", Attribute.of("transB", 1)),
                                3,
                                "c"),
                        4,
                        "Gemm"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layersBeforeNormalization")
    void foldsNormalizationIntoTheLayerBefore(String name, TinyModel model, int elements, String layer) {
        GaussianSamples samples = new GaussianSamples(5, elements);
        PreparedModel prepared = prepare(model, samples);
        assertThat(operators(prepared)).as(name).containsExactly(layer);
        assertSameFunction(model, prepared, samples);
    }

    @Test
    void leavesNormalizationWhereTheLayersResultIsReadElsewhere() {
        TinyModel model = normalized(
                TinyModel.opset(17)
                        .input("x", -1, 4, 5, 5)
                        .output("y", -1, 6, 5, 5)
                        .output("c", -1, 6, 5, 5)
                        .weights("w", 1, 6, 4, 1, 1)
                        .node("Conv", List.of("x", "w"), "c"),
                6,
                "c");
        assertThat(operators(prepare(model, new GaussianSamples(2, 100)))).contains("BatchNormalization");
    }

    @Test
    void aSharedWeightKeepsItsValueForTheOtherLayer() {
        TinyModel model = normalized(
                TinyModel.opset(17)
                        .input("x", -1, 2, 3, 3)
                        .output("y", -1, 2, 3, 3)
                        .weights("w", 1, 2, 2, 1, 1)
                        .node("Conv", List.of("x", "w"), "a")
                        .node("Conv", List.of("a", "w"), "c"),
                2,
                "c");
        GaussianSamples samples = new GaussianSamples(3, 18);
        assertSameFunction(model, prepare(model, samples), samples);
    }

    // ---- constants and operators that do nothing

    @Test
    void computesConstantsAndShapesOnce() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 4, 6)
                .output("y", -1, 6, 4)
                .longs("one", new long[] {}, 1)
                .longs("two", new long[] {}, 2)
                .longs("all", new long[] {1}, -1)
                .longs("zero", new long[] {1}, 0)
                .node("Shape", List.of("x"), "shape")
                .node("Gather", List.of("shape", "one"), "rows")
                .node("Gather", List.of("shape", "two"), "columns")
                .node("Unsqueeze", List.of("rows", "zero"), "rows1")
                .node("Unsqueeze", List.of("columns", "zero"), "columns1")
                .node("Concat", List.of("all", "columns1", "rows1"), "target", Attribute.of("axis", 0))
                .node("Reshape", List.of("x", "target"), "y");
        GaussianSamples samples = new GaussianSamples(4, 24);
        PreparedModel prepared = prepare(model, samples);
        assertThat(operators(prepared)).containsExactly("Reshape");
        assertSameFunction(model, prepared, samples);
    }

    @Test
    void keepsComputingWhatFollowsTheBatch() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 4)
                .output("y", -1, 2, 2)
                .longs("zero", new long[] {1}, 0)
                .longs("rest", new long[] {2}, 2, 2)
                .node("Shape", List.of("x"), "shape")
                .node("Gather", List.of("shape", "zero"), "batch")
                .node("Concat", List.of("batch", "rest"), "target", Attribute.of("axis", 0))
                .node("Reshape", List.of("x", "target"), "y");
        GaussianSamples samples = new GaussianSamples(7, 4);
        PreparedModel prepared = prepare(model, samples);
        assertThat(operators(prepared)).contains("Shape", "Concat");
        assertSameFunction(model, prepared, samples);
    }

    @Test
    void doesNotStoreWhatIsFarLargerThanWhatItIsMadeFrom() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 64, 64)
                .output("y", -1, 64, 64)
                .longs("shape", new long[] {2}, 64, 64)
                .floats("half", new long[] {1}, 0.5f)
                .node("Expand", List.of("half", "shape"), "halves")
                .node("Mul", List.of("x", "halves"), "y");
        PreparedModel prepared = prepare(model, new GaussianSamples(1, 64 * 64));
        assertThat(operators(prepared)).contains("Expand");
    }

    @Test
    void dropsOperatorsThatDoNothingAndKeepsTheOutputsName() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 4)
                .output("y", -1, 4)
                .node("Identity", List.of("x"), "a")
                .node("Relu", List.of("a"), "b")
                .node("Dropout", List.of("b"), "c")
                .node("Cast", List.of("c"), "d", Attribute.of("to", TensorProto.DataType.FLOAT_VALUE))
                .node("Identity", List.of("d"), "y");
        GaussianSamples samples = new GaussianSamples(2, 4);
        PreparedModel prepared = prepare(model, samples);
        assertThat(operators(prepared)).containsExactly("Relu");
        assertSameFunction(model, prepared, samples);
    }

    // ---- forms that runtimes have int8 kernels for

    @Test
    void writesASpatialMeanAsAPooling() {
        TinyModel attribute = TinyModel.opset(17)
                .input("x", -1, 3, 4, 4)
                .output("y", -1, 3)
                .node("ReduceMean", List.of("x"), "y", Attribute.ints("axes", -1, 2), Attribute.of("keepdims", 0));
        TinyModel input = TinyModel.opset(18)
                .input("x", -1, 3, 4, 4)
                .output("y", -1, 3, 1, 1)
                .longs("axes", new long[] {2}, 2, 3)
                .node("ReduceMean", List.of("x", "axes"), "y");
        GaussianSamples samples = new GaussianSamples(3, 48);
        assertThat(operators(prepare(attribute, samples))).containsExactly("GlobalAveragePool", "Flatten");
        assertThat(operators(prepare(input, samples))).containsExactly("GlobalAveragePool");
        assertSameFunction(attribute, prepare(attribute, samples), samples);
        assertSameFunction(input, prepare(input, samples), samples);
    }

    @Test
    void writesTheMeanOfAConvolvedSignalAsAPooling() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 3, 16)
                .output("y", -1, 4)
                .weights("w", 1, 4, 3, 3)
                .node("Conv", List.of("x", "w"), "a")
                .node("Relu", List.of("a"), "b")
                .node("ReduceMean", List.of("b"), "y", Attribute.ints("axes", 2), Attribute.of("keepdims", 0));
        GaussianSamples samples = new GaussianSamples(3, 48);
        assertThat(operators(prepare(model, samples))).containsExactly("Conv", "Relu", "GlobalAveragePool", "Flatten");
        assertSameFunction(model, prepare(model, samples), samples);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pow", "Mul"})
    void leavesTheMeanOfAnRmsNormAlone(String squaring) {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 6, 8)
                .output("y", -1, 6, 8)
                .floats("two", new long[0], 2)
                .floats("epsilon", new long[0], 1e-5f)
                .weights("gain", 1, 8)
                .weights("w", 2, 8, 8)
                .node("MatMul", List.of("x", "w"), "a")
                .node(squaring, squaring.equals("Pow") ? List.of("a", "two") : List.of("a", "a"), "square")
                .node("ReduceMean", List.of("square"), "mean", Attribute.ints("axes", -1))
                .node("Add", List.of("mean", "epsilon"), "shifted")
                .node("Sqrt", List.of("shifted"), "root")
                .node("Div", List.of("a", "root"), "unit")
                .node("Mul", List.of("unit", "gain"), "y");
        GaussianSamples samples = new GaussianSamples(3, 48);
        PreparedModel prepared = prepare(model, samples);
        assertThat(operators(prepared)).contains("ReduceMean").doesNotContain("GlobalAveragePool");
        assertSameFunction(model, prepared, samples);
    }

    @Test
    void leavesTheMeansOfANormOverAnImageAlone() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 3, 4, 4)
                .output("y", -1, 3, 4, 4)
                .node("ReduceMean", List.of("x"), "mean", Attribute.ints("axes", 2, 3))
                .node("Sub", List.of("x", "mean"), "centred")
                .node("Mul", List.of("centred", "centred"), "square")
                .node("ReduceMean", List.of("square"), "variance", Attribute.ints("axes", 2, 3))
                .node("Sqrt", List.of("variance"), "root")
                .node("Div", List.of("centred", "root"), "y");
        assertThat(operators(prepare(model, new GaussianSamples(3, 48)))).doesNotContain("GlobalAveragePool");
    }

    @Test
    void leavesOtherMeansAlone() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 3, 4, 4)
                .output("y", -1, 4, 4)
                .node("ReduceMean", List.of("x"), "y", Attribute.ints("axes", 1), Attribute.of("keepdims", 0));
        assertThat(operators(prepare(model, new GaussianSamples(1, 48)))).containsExactly("ReduceMean");
    }

    @Test
    void writesAMatrixProductWithBiasAsOneGemm() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 4)
                .output("y", -1, 3)
                .weights("w", 1, 4, 3)
                .weights("b", 1, 1, 3)
                .node("MatMul", List.of("x", "w"), "p")
                .node("Add", List.of("b", "p"), "y");
        GaussianSamples samples = new GaussianSamples(3, 4);
        assertThat(operators(prepare(model, samples))).containsExactly("Gemm");
        assertSameFunction(model, prepare(model, samples), samples);
    }

    // ---- opset

    static Stream<Arguments> olderForms() {
        return Stream.of(
                Arguments.of(
                        "Unsqueeze and Squeeze",
                        TinyModel.opset(11)
                                .input("x", -1, 4)
                                .output("y", -1, 4)
                                .node("Unsqueeze", List.of("x"), "u", Attribute.ints("axes", 1))
                                .node("Relu", List.of("u"), "r")
                                .node("Squeeze", List.of("r"), "y", Attribute.ints("axes", 1))),
                Arguments.of(
                        "ReduceSum",
                        TinyModel.opset(12)
                                .input("x", -1, 4)
                                .output("y", -1, 1)
                                .node("ReduceSum", List.of("x"), "y", Attribute.ints("axes", 1))),
                Arguments.of(
                        "Split",
                        TinyModel.opset(11)
                                .input("x", -1, 4)
                                .output("y", -1, 3)
                                .node(
                                        "Split",
                                        List.of("x"),
                                        List.of("a", "y"),
                                        Attribute.of("axis", 1),
                                        Attribute.ints("split", 1, 3))),
                Arguments.of(
                        "Softmax over the last axis",
                        TinyModel.opset(11).input("x", -1, 4).output("y", -1, 4).node("Softmax", List.of("x"), "y")),
                Arguments.of(
                        "Softmax over all axes from the second",
                        TinyModel.opset(12)
                                .input("x", -1, 2, 2)
                                .output("y", -1, 2, 2)
                                .node("Softmax", List.of("x"), "y")),
                Arguments.of(
                        "Clip",
                        TinyModel.opset(11)
                                .input("x", -1, 4)
                                .output("y", -1, 4)
                                .floats("low", new long[] {}, -0.5f)
                                .node("Clip", List.of("x", "low"), "y")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("olderForms")
    void bringsOlderModelsToOpset13(String name, TinyModel model) {
        GaussianSamples samples = new GaussianSamples(5, 4);
        PreparedModel prepared = prepare(model, samples);
        assertThat(prepared.model().opset()).as(name).isEqualTo(13);
        assertSameFunction(model, prepared, samples);
    }

    @Test
    void refusesToUpgradeWhatHasNoNewForm() {
        TinyModel model = TinyModel.opset(11)
                .input("x", -1, 1, 2, 2)
                .output("y", -1, 1, 4, 4)
                .floats("roi", new long[] {0})
                .floats("scales", new long[] {4}, 1, 1, 2, 2)
                .node(
                        "Resize",
                        List.of("x", "roi", "scales"),
                        "y",
                        Attribute.text("coordinate_transformation_mode", "tf_half_pixel_for_nn"));
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> prepare(model, new GaussianSamples(1, 4)))
                .withMessageContaining("tf_half_pixel_for_nn")
                .withMessageContaining("opset_version 13")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.OPSET_UNSUPPORTED));
    }

    // ---- shapes

    @Test
    void fixesAllDimensionsWhereThatIsAsked() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 3, -1, -1)
                .output("y", -1, -1)
                .longs("zero", new long[] {1}, 0)
                .longs("rest", new long[] {1}, -1)
                .node("Shape", List.of("x"), "shape")
                .node("Gather", List.of("shape", "zero"), "batch")
                .node("Concat", List.of("batch", "rest"), "target", Attribute.of("axis", 0))
                .node("Reshape", List.of("x", "target"), "y");
        PreparedModel prepared = PreparedModel.of(
                OnnxModel.of(model.proto()), new GaussianSamples(3, 48), Map.of("x", List.of(3L, 4L, 4L)), true);
        assertThat(operators(prepared)).containsExactly("Reshape");
        assertThat(prepared.model().inputs()).extracting(TensorSpec::shape).containsExactly(List.of(1L, 3L, 4L, 4L));
        assertThat(prepared.model().outputs()).extracting(TensorSpec::shape).containsExactly(List.of(1L, 48L));
    }

    @Test
    void refusesSamplesOfAnotherShape() {
        TinyModel model =
                TinyModel.opset(17).input("x", -1, 4).output("y", -1, 4).node("Relu", List.of("x"), "y");
        OnnxModel read = OnnxModel.of(model.proto());
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> PreparedModel.of(read, new GaussianSamples(1, 5), Map.of("x", List.of(5L)), false))
                .withMessageContaining("input x")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.DESCRIPTION_MISMATCH));
    }

    @Test
    void opensABatchThatOnlyTheDeviceWantsFixed() {
        TinyModel free =
                TinyModel.opset(17).input("x", -1, 6).output("y", -1, 6).node("Relu", List.of("x"), "y");
        TinyModel bound = TinyModel.opset(17)
                .input("x", 1, 6)
                .output("y", 1, 2, 3)
                .longs("shape", new long[] {3}, 1, 2, 3)
                .node("Reshape", List.of("x", "shape"), "y");
        SampleSource samples = new GaussianSamples(3, 6);

        assertThat(PreparedModel.of(OnnxModel.of(free.proto()), samples, Map.of(), true)
                        .withOpenBatch(samples)
                        .model()
                        .inputs()
                        .get(0)
                        .fixedBatch())
                .isEmpty();
        PreparedModel fixed = PreparedModel.of(OnnxModel.of(bound.proto()), samples, Map.of(), true);
        assertThat(fixed.withOpenBatch(samples).model().inputs())
                .isEqualTo(fixed.model().inputs());
    }
}
