package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightOnlyTest {

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

    private static TinyModel product(int rows, int columns, boolean transposed) {
        TinyModel model = TinyModel.opset(17).input("x", -1, rows).output("y", -1, columns);
        return transposed
                ? model.weights("w", 0.5, columns, rows)
                        .weights("b", 0.5, columns)
                        .node("Gemm", List.of("x", "w", "b"), "y", Attribute.of("transB", 1))
                : model.weights("w", 0.5, rows, columns).node("MatMul", List.of("x", "w"), "y");
    }

    /** What the stored bytes say, read as the operator's specification has it, multiplied in double. */
    private static double[] reference(Graph variant, float[] x, float[] bias) {
        Node node = variant.nodes().stream()
                .filter(each -> each.operator().equals("MatMulNBits"))
                .findFirst()
                .orElseThrow();
        int rows = (int) node.integer("K", 0);
        int columns = (int) node.integer("N", 0);
        int bits = (int) node.integer("bits", 0);
        int blockSize = (int) node.integer("block_size", 0);
        int blocks = (rows + blockSize - 1) / blockSize;
        byte[] packed = bytes(variant, node.inputs().get(1));
        float[] scales =
                Tensors.floats(variant.initializer(node.inputs().get(2)).orElseThrow());
        int zeroStride = (blocks * bits + 7) / 8;
        double[] y = new double[x.length / rows * columns];
        for (int n = 0; n < columns; n++) {
            for (int k = 0; k < rows; k++) {
                int block = k / blockSize;
                int slot = (n * blocks + block) * blockSize + k % blockSize;
                int integer = integer(packed, slot, bits);
                int zero = node.input(3).isEmpty()
                        ? 1 << (bits - 1)
                        : integer(bytes(variant, node.inputs().get(3)), n * zeroStride * 8 / bits + block, bits);
                double weight = (integer - zero) * (double) scales[n * blocks + block];
                for (int m = 0; m < x.length / rows; m++) {
                    y[m * columns + n] += x[m * rows + k] * weight;
                }
            }
            for (int m = 0; m < x.length / rows; m++) {
                y[m * columns + n] += bias.length == 0 ? 0 : bias[n];
            }
        }
        return y;
    }

    private static byte[] bytes(Graph graph, String name) {
        return graph.initializer(name).orElseThrow().getRawData().toByteArray();
    }

    private static int integer(byte[] packed, int slot, int bits) {
        return bits == 8 ? packed[slot] & 0xff : packed[slot / 2] >> (slot % 2 * 4) & 0xf;
    }

    @ParameterizedTest(name = "{0} bits, symmetric {1}, {2} by {3} in blocks of {4}")
    @MethodSource("shapes")
    void computesWhatTheStoredBytesSay(int bits, boolean symmetric, int rows, int columns, int blockSize) {
        for (boolean transposed : new boolean[] {false, true}) {
            GaussianSamples samples = new GaussianSamples(5, rows);
            PreparedModel prepared = FormRun.prepared(product(rows, columns, transposed), samples);
            float[] bias = transposed
                    ? Tensors.floats(prepared.model().graph().initializer("b").orElseThrow())
                    : new float[0];
            for (int level : new int[] {1, 4}) {
                QuantizedModel variant = WeightOnly.quantize(
                        prepared,
                        new WeightOnlyOptions(
                                bits, new WeightBlocks(blockSize, symmetric, level, Optional.empty()), Set.of()));
                double[] expected = reference(variant.model().graph(), FormRun.inputs(samples), bias);
                // At level 4 the runtime rounds activations to 8 bits.
                assertThat(FormRun.difference(expected, FormRun.run(variant.model(), samples)))
                        .isLessThan(level == 1 ? 1e-5 : 0.03);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void roundsToTheNearestOrCutsALittle(int bits) {
        Random random = new Random(bits);
        float[] weights = new float[64 * 3];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (random.nextGaussian() + (i % 3 == 2 ? 3 : 0));
        }
        for (boolean symmetric : new boolean[] {true, false}) {
            WeightOnlyOptions options =
                    new WeightOnlyOptions(bits, new WeightBlocks(32, symmetric, 0, Optional.empty()), Set.of());
            StoredMatrix matrix = new StoredMatrix(Tensors.ofFloats("w", List.of(64L, 3L), weights), 64, 3, false);
            Blocks blocks = new BlockQuantizer(options)
                    .quantize(matrix, (first, target) -> target.put(weights, (int) first, target.remaining()));
            for (int i = 0; i < weights.length; i++) {
                int k = i / 3;
                int n = i % 3;
                int place = n * 2 + k / 32;
                float scale = blocks.scales()[place];
                int integer = integer(blocks.integers(), place * 32 + k % 32, bits);
                int zero = symmetric ? 1 << (bits - 1) : integer(blocks.zeroPoints(), place, bits);
                boolean atAnEnd = integer == 0 || integer == (1 << bits) - 1;
                double error = Math.abs((integer - zero) * scale - weights[i]);
                assertThat(error).isLessThan(Math.abs(scale) * (atAnEnd ? (1 << bits) * 0.21 : 0.501));
            }
        }
    }

    @Test
    void zerosStayZeros() {
        WeightOnlyOptions options = WeightOnlyOptions.ofBits(4);
        StoredMatrix matrix = new StoredMatrix(Tensors.ofFloats("w", List.of(40L, 2L), new float[80]), 40, 2, false);
        Blocks blocks = new BlockQuantizer(options).quantize(matrix, (first, target) -> skip(target));
        assertThat(blocks.scales()).containsOnly(0);
        assertThat(blocks.integers()).containsOnly(0x88);
    }

    private static void skip(FloatBuffer target) {
        target.position(target.limit());
    }

    @Test
    void layersShareAWeightAndOthersStayAsTheyAre() {
        GaussianSamples samples = new GaussianSamples(6, 64);
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 64)
                .output("y", -1, 64)
                .weights("w", 0.1, 64, 64)
                .weights("other/тензор:0", 0.1, 64, 64)
                .input("w", 64, 64)
                .node("MatMul", List.of("x", "w"), "a")
                .node("Tanh", List.of("a"), "t")
                .node("MatMul", List.of("t", "w"), "b")
                .node("MatMul", List.of("b", "other/тензор:0"), "c")
                .node("Transpose", List.of("c"), "ct")
                .node("MatMul", List.of("c", "ct"), "square")
                .node("MatMul", List.of("square", "c"), "y");
        PreparedModel prepared = FormRun.prepared(model, samples);
        QuantizedModel variant = WeightOnly.quantize(prepared, WeightOnlyOptions.ofBits(8));
        assertThat(variant.method()).isEqualTo("weight-only-int8-b32");
        assertThat(variant.quantizedNodes()).hasSize(3);
        assertThat(variant.leftFloat()).extracting(FloatLayer::operator).containsExactly("MatMul", "MatMul");
        Set<TensorProto> stored = Set.copyOf(variant.model().graph().initializers());
        assertThat(stored).hasSize(4);
        assertThat(variant.model().bytes()).isLessThan(prepared.model().bytes() * 2 / 5);
        assertThat(FormRun.decibels(FormRun.run(prepared.model(), samples), FormRun.run(variant.model(), samples)))
                .isGreaterThan(30);
    }

    @Test
    void leavesAloneWhatIsExcluded() {
        GaussianSamples samples = new GaussianSamples(2, 16);
        PreparedModel prepared = FormRun.prepared(product(16, 4, false), samples);
        WeightOnlyOptions options =
                new WeightOnlyOptions(4, new WeightBlocks(16, true, 0, Optional.empty()), Set.of("MatMul_0"));
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> WeightOnly.quantize(prepared, options))
                .withMessageContaining("weight-only-int4-b16");
    }

    @Test
    void knowsWhatItCanDo() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new WeightOnlyOptions(3, new WeightBlocks(32, true, 0, Optional.empty()), Set.of()));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new WeightOnlyOptions(4, new WeightBlocks(48, true, 0, Optional.empty()), Set.of()));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new WeightOnlyOptions(4, new WeightBlocks(32, true, 5, Optional.empty()), Set.of()));
    }
}
