package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.LargeModel;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks in ONNX's own operators: DequantizeLinear with {@code block_size}. */
class BlockwiseQdqTest {
    @TempDir
    private Path folder = Path.of("");

    private static Stream<Arguments> shapes() {
        List<Arguments> cases = new ArrayList<>();
        for (int bits : new int[] {4, 8}) {
            for (boolean symmetric : new boolean[] {true, false}) {
                for (int[] shape : new int[][] {{16, 3, 16}, {33, 7, 32}, {100, 5, 64}, {256, 32, 128}, {1, 1, 16}}) {
                    cases.add(Arguments.of(bits, symmetric, shape[0], shape[1], shape[2]));
                }
            }
        }
        return cases.stream();
    }

    private static WeightOnlyOptions options(int bits, int blockSize, boolean symmetric) {
        return new WeightOnlyOptions(
                bits, new WeightBlocks(blockSize, symmetric, 4, Optional.of(BlockEncoding.QDQ)), Set.of());
    }

    private static TinyModel product(int rows, int columns, boolean transposed) {
        TinyModel model = TinyModel.opset(17).input("x", -1, rows).output("y", -1, columns);
        return transposed
                ? model.weights("w", 0.5, columns, rows)
                        .weights("b", 0.5, columns)
                        .node("Gemm", List.of("x", "w", "b"), "y", Attribute.of("transB", 1))
                : model.weights("w", 0.5, rows, columns).node("MatMul", List.of("x", "w"), "y");
    }

    /** The matrix that the stored integers mean, by the specification of DequantizeLinear. */
    private static double[] dequantized(Graph variant, int rows, int columns) {
        Node node = only(variant, "DequantizeLinear");
        TensorProto stored = variant.initializer(node.inputs().get(0)).orElseThrow();
        assertThat(stored.getDimsList()).containsExactly((long) rows, (long) columns);
        float[] scales =
                Tensors.floats(variant.initializer(node.inputs().get(1)).orElseThrow());
        int blockSize = (int) node.integer("block_size", 0);
        double[] matrix = new double[rows * columns];
        for (int i = 0; i < matrix.length; i++) {
            int block = i / columns / blockSize * columns + i % columns;
            long zero = node.input(2)
                    .map(name -> integer(variant.initializer(name).orElseThrow(), block))
                    .orElse(0L);
            matrix[i] = (integer(stored, i) - zero) * (double) scales[block];
        }
        return matrix;
    }

    private static long integer(TensorProto tensor, int slot) {
        byte[] bytes = tensor.getRawData().toByteArray();
        return switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
            case INT8 -> bytes[slot];
            case UINT8 -> bytes[slot] & 0xff;
            case UINT4 -> bytes[slot / 2] >> (slot % 2 * 4) & 0xf;
            case INT4 -> (byte) (bytes[slot / 2] << (slot % 2 == 0 ? 4 : 0)) >> 4;
            default -> throw new AssertionError("stored as " + tensor.getDataType());
        };
    }

    private static Node only(Graph graph, String operator) {
        List<Node> found = graph.nodes().stream()
                .filter(node -> node.operator().equals(operator))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @ParameterizedTest(name = "{0} bits, symmetric {1}, {2} by {3} in blocks of {4}")
    @MethodSource("shapes")
    void computesWhatTheStoredIntegersSay(int bits, boolean symmetric, int rows, int columns, int blockSize) {
        for (boolean transposed : new boolean[] {false, true}) {
            GaussianSamples samples = new GaussianSamples(5, rows);
            PreparedModel prepared = FormRun.prepared(product(rows, columns, transposed), samples);
            QuantizedModel variant = WeightOnly.quantize(prepared, options(bits, blockSize, symmetric));
            double[] matrix = dequantized(variant.model().graph(), rows, columns);
            float[] bias = transposed
                    ? Tensors.floats(prepared.model().graph().initializer("b").orElseThrow())
                    : new float[columns];
            float[] x = FormRun.inputs(samples);
            double[] expected = new double[5 * columns];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = bias[i % columns];
                for (int k = 0; k < rows; k++) {
                    expected[i] += x[i / columns * rows + k] * matrix[k * columns + i % columns];
                }
            }
            assertThat(variant.model().opset()).isEqualTo(21);
            // The runtime may round activations to 8 bits, as it does by default once it has fused the operators.
            assertThat(FormRun.difference(expected, FormRun.run(variant.model(), samples)))
                    .isLessThan(0.03);
            try (OnnxSession plain = OnnxSession.open(
                    variant.model().serialized(),
                    RuntimeOptions.threads(1).withOptimization(RuntimeOptions.Optimization.NONE))) {
                Batch batch = plain.newBatch(5);
                batch.fill(samples, 0, 5);
                batch.run(5);
                assertThat(FormRun.difference(expected, batch.output("y").floats()))
                        .isLessThan(1e-5);
            }
        }
    }

    @Test
    void isTheSameWithinAStepAsTheOtherEncoding() {
        GaussianSamples samples = new GaussianSamples(5, 128);
        PreparedModel prepared = FormRun.prepared(product(128, 16, false), samples);
        float[] plain = FormRun.run(prepared.model(), samples);
        for (int bits : new int[] {4, 8}) {
            QuantizedModel own = WeightOnly.quantize(prepared, WeightOnlyOptions.ofBits(bits));
            QuantizedModel standard = WeightOnly.quantize(
                    prepared, new WeightOnlyOptions(bits, WeightBlocks.usual().in(BlockEncoding.QDQ), Set.of()));
            assertThat(standard.method()).isEqualTo(own.method() + "-qdq");
            double gap = FormRun.decibels(plain, FormRun.run(own.model(), samples))
                    - FormRun.decibels(plain, FormRun.run(standard.model(), samples));
            assertThat(Math.abs(gap)).isLessThan(3);
        }
    }

    @Test
    void onnxRuntimeMakesOneOperatorOfIt() throws IOException {
        GaussianSamples samples = new GaussianSamples(2, 64);
        PreparedModel prepared = FormRun.prepared(product(64, 32, true), samples);
        QuantizedModel variant = WeightOnly.quantize(prepared, options(4, 32, true));
        Path optimized = folder.resolve("optimized.onnx");
        OnnxSession.open(variant.model().serialized(), RuntimeOptions.threads(1).withOptimizedModel(optimized))
                .close();
        assertThat(ModelProto.parseFrom(Files.readAllBytes(optimized))
                        .getGraph()
                        .getNodeList())
                .extracting(NodeProto::getOpType)
                .contains("MatMulNBits")
                .doesNotContain("DequantizeLinear", "MatMul");
    }

    @Test
    void scalesArePositiveEvenWhereThereIsNothingToScale() {
        float[] weights = new float[64 * 2];
        weights[1] = -Float.MIN_VALUE;
        StoredMatrix matrix = new StoredMatrix(Tensors.ofFloats("w", List.of(64L, 2L), weights), 64, 2, false);
        for (boolean symmetric : new boolean[] {true, false}) {
            Blocks blocks = new BlockQuantizer(options(4, 32, symmetric))
                    .quantize(matrix, (first, target) -> target.put(weights, (int) first, target.remaining()));
            for (float scale : blocks.scales()) {
                assertThat(scale).isGreaterThanOrEqualTo(Float.MIN_NORMAL);
            }
        }
    }

    @Test
    void layersThatShareAMatrixStoreItOnce() {
        GaussianSamples samples = new GaussianSamples(3, 64);
        TinyModel model = TinyModel.opset(13)
                .input("x", -1, 64)
                .output("y", -1, 64)
                .weights("w", 0.1, 64, 64)
                .node("MatMul", List.of("x", "w"), "a")
                .node("Tanh", List.of("a"), "t")
                .node("MatMul", List.of("t", "w"), "y");
        PreparedModel prepared = FormRun.prepared(model, samples);
        QuantizedModel variant = WeightOnly.quantize(prepared, options(4, 32, false));
        assertThat(variant.model().graph().initializers()).hasSize(3);
        assertThat(FormRun.decibels(FormRun.run(prepared.model(), samples), FormRun.run(variant.model(), samples)))
                .isGreaterThan(15);
    }

    @Test
    void fromFileToFileGivesTheSame() throws IOException {
        Path model = folder.resolve("large.onnx");
        LargeModel.write(model, 96, 3);
        WeightOnlyOptions options = options(4, 32, false);
        GaussianSamples samples = new GaussianSamples(4, 96);
        Path target = folder.resolve("variant.onnx");
        WeightOnly.quantize(model, target, options, ProgressListener.NONE);
        OnnxModel read = OnnxModel.readAnyForm(target);
        assertThat(read.opset()).isEqualTo(21);
        PreparedModel prepared = FormRun.prepared(OnnxModel.read(model), samples);
        assertThat(FormRun.run(read, samples))
                .isEqualTo(FormRun.run(WeightOnly.quantize(prepared, options).model(), samples));
    }

    private static TinyModel before(int opset) {
        return TinyModel.opset(opset)
                .input("x", -1, 4, 8)
                .output("y", -1, 4, 8)
                .weights("w", 0.3, 8, 8)
                .node("MatMul", List.of("b", "w"), "y");
    }

    static Stream<Arguments> olderForms() {
        return Stream.of(
                Arguments.of(
                        "ReduceMean with axes as an attribute",
                        before(13)
                                .node("ReduceMean", List.of("x"), "m", Attribute.ints("axes", 2))
                                .node("Sub", List.of("x", "m"), "b")),
                Arguments.of(
                        "ReduceL2 over everything",
                        before(17).node("ReduceL2", List.of("x"), "n").node("Div", List.of("x", "n"), "b")),
                Arguments.of(
                        "Split in equal parts",
                        before(13)
                                .node("Split", List.of("x"), List.of("p", "q"), Attribute.of("axis", 2))
                                .node("Concat", List.of("q", "p"), "b", Attribute.of("axis", 2))),
                Arguments.of(
                        "Split as in opset 11",
                        before(11)
                                .node(
                                        "Split",
                                        List.of("x"),
                                        List.of("p", "q"),
                                        Attribute.of("axis", 2),
                                        Attribute.ints("split", 3, 5))
                                .node("Concat", List.of("q", "p"), "b", Attribute.of("axis", 2))),
                Arguments.of(
                        "Pad",
                        before(13)
                                .longs("pads", new long[] {6}, 0, 0, 0, 0, 0, 8)
                                .longs("start", new long[] {1}, 4)
                                .longs("end", new long[] {1}, 12)
                                .longs("axis", new long[] {1}, 2)
                                .node("Pad", List.of("x", "pads"), "d")
                                .node("Slice", List.of("d", "start", "end", "axis"), "b")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("olderForms")
    void bringsOlderFormsOfOperatorsToOpset21(String name, TinyModel model) {
        GaussianSamples samples = new GaussianSamples(5, 32);
        PreparedModel prepared = FormRun.prepared(model, samples);
        QuantizedModel variant = WeightOnly.quantize(prepared, options(8, 16, false));
        assertThat(variant.model().opset()).as(name).isEqualTo(21);
        assertThat(FormRun.decibels(FormRun.run(prepared.model(), samples), FormRun.run(variant.model(), samples)))
                .isGreaterThan(30);
    }

    @Test
    void namesTheNodeThatKeepsAModelFromOpset21() {
        GaussianSamples samples = new GaussianSamples(2, 4 * 8);
        TinyModel model = TinyModel.opset(18)
                .input("x", -1, 4, 8)
                .output("y", -1, 4, 8)
                .weights("w", 0.1, 8, 8)
                .floats("one", new long[] {2}, 1, 1)
                .floats("zero", new long[] {2}, 0, 0)
                .node("GroupNormalization", List.of("x", "one", "zero"), "n", Attribute.of("num_groups", 2))
                .node("MatMul", List.of("n", "w"), "y");
        PreparedModel prepared = FormRun.prepared(model, samples);
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> WeightOnly.quantize(prepared, options(4, 32, true)))
                .withMessageContaining("GroupNormalization_0")
                .withMessageContaining("opset_version 21")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.OPSET_UNSUPPORTED));
    }
}
