package io.quantfleet.quantizer.train.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.StoredIntegers;
import io.quantfleet.quantizer.onnx.StoredType;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.train.TrainingEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FakeQuantizerTest {
    private static final Shape SHAPE = new Shape(4, 6, 32);

    /** How a tensor of {@link #SHAPE} is quantized. */
    private record Coding(StoredType type, int axis, int block, float step, int zeroPoint) {
        long[] parameters() {
            if (axis < 0) {
                return new long[0];
            }
            if (block == 0) {
                return new long[] {SHAPE.get(axis)};
            }
            long[] shape = SHAPE.getShape().clone();
            shape[axis] = (shape[axis] + block - 1) / block;
            return shape;
        }
    }

    @BeforeAll
    static void load() {
        TrainingEngine.load(1);
    }

    static Stream<Coding> codings() {
        return Stream.of(
                new Coding(StoredType.UINT8, -1, 0, 0.013f, 117),
                new Coding(StoredType.UINT8, -1, 0, 0.015625f, 101),
                new Coding(StoredType.INT8, -1, 0, 0.021f, 0),
                new Coding(StoredType.INT8, -1, 0, 0.011f, -5),
                new Coding(StoredType.UINT16, -1, 0, 0.0001f, 32111),
                new Coding(StoredType.INT16, -1, 0, 0.0001f, 0),
                new Coding(StoredType.INT8, 0, 0, 0.021f, 0),
                new Coding(StoredType.INT8, 1, 0, 0.021f, 3),
                new Coding(StoredType.INT4, 2, 0, 0.3f, 0),
                new Coding(StoredType.UINT4, 2, 16, 0.25f, 7),
                new Coding(StoredType.INT8, 1, 4, 0.02f, 0));
    }

    @ParameterizedTest
    @MethodSource("codings")
    void givesTheBitsThatOnnxRuntimeGives(Coding coding) {
        OnnxModel model = quantizeAndBack(coding);
        float[] x = values(200, coding.step());
        float[] expected;
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(1))) {
            HostTensor input = HostTensor.ofFloats(List.of(SHAPE.get(0), SHAPE.get(1), SHAPE.get(2)), x);
            expected = session.run(Map.of("x", input), Set.of("y")).get("y").floats();
        }
        try (DifferentiableGraph graph = DifferentiableGraph.of(model);
                NDScope scope = DifferentiableGraphTest.quiet()) {
            NDArray input = graph.manager().create(x, SHAPE);
            assertThat(graph.evaluate(Map.of("x", input), List.of("y")).get("y").toFloatArray())
                    .containsExactly(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("codings")
    void itsGradientsAreThePapers(Coding coding) {
        try (DifferentiableGraph graph = DifferentiableGraph.inDoublePrecision(quantizeAndBack(coding));
                NDScope scope = DifferentiableGraphTest.quiet()) {
            float[] floats = values(100, coding.step());
            double[] x = new double[floats.length];
            double[] upstream = new Random(5).doubles(x.length, -1, 1).toArray();
            Arrays.setAll(x, i -> floats[i]);
            NDArray input = graph.manager().create(x, SHAPE);
            NDArray scale = graph.parameter("scale");
            input.setRequiresGradient(true);
            scale.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray y = graph.run(Map.of("x", input), List.of("y")).get("y");
                collector.backward(
                        y.mul(graph.manager().create(upstream, SHAPE)).sum());
            }
            double[] expectedScale = new double[(int) scale.size()];
            double[] expectedX = new double[x.length];
            double[] steps = scale.toDoubleArray();
            for (int i = 0; i < x.length; i++) {
                int place = place(coding, i);
                double v = x[i] / steps[place];
                double qn = coding.type().least() - coding.zeroPoint();
                double qp = coding.type().greatest() - coding.zeroPoint();
                boolean within = v >= qn && v <= qp;
                expectedX[i] = within ? upstream[i] : 0;
                expectedScale[place] += upstream[i] * (within ? Math.rint(v) - v : v < qn ? qn : qp);
            }
            assertThat(input.getGradient().toDoubleArray()).containsExactly(expectedX, within(1e-12));
            assertThat(scale.getGradient().toDoubleArray()).containsExactly(expectedScale, within(1e-6));
        }
    }

    static Stream<Coding> skewCodings() {
        return codings().filter(coding -> coding.axis() < 0 && coding.zeroPoint() != 0);
    }

    @ParameterizedTest
    @MethodSource("skewCodings")
    void itsGradientsWithALearnedOffsetAreThoseOfLsqPlus(Coding coding) {
        try (DifferentiableGraph graph = DifferentiableGraph.inDoublePrecision(quantizeAndBack(coding));
                NDScope scope = DifferentiableGraphTest.quiet()) {
            float[] floats = values(100, coding.step());
            double[] x = new double[floats.length];
            double[] upstream = new Random(5).doubles(x.length, -1, 1).toArray();
            Arrays.setAll(x, i -> floats[i]);
            NDArray input = graph.manager().create(x, SHAPE);
            NDArray scale = graph.parameter("scale");
            NDArray offset = graph.learnOffset(graph.quantizers().get(0));
            for (NDArray each : List.of(input, scale, offset)) {
                each.setRequiresGradient(true);
            }
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray y = graph.run(Map.of("x", input), List.of("y")).get("y");
                collector.backward(
                        y.mul(graph.manager().create(upstream, SHAPE)).sum());
            }
            double s = scale.toDoubleArray()[0];
            double beta = offset.toDoubleArray()[0];
            double n = coding.type().least();
            double p = coding.type().greatest();
            double expectedScale = 0;
            double expectedOffset = 0;
            double[] expectedX = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                double v = (x[i] - beta) / s;
                boolean within = v >= n && v <= p;
                expectedX[i] = within ? upstream[i] : 0;
                expectedScale += upstream[i] * (within ? Math.rint(x[i] / s) - x[i] / s : v < n ? n : p);
                expectedOffset += upstream[i] * (within ? 0 : 1);
            }
            assertThat(input.getGradient().toDoubleArray()).containsExactly(expectedX, within(1e-12));
            assertThat(scale.getGradient().toDoubleArray()[0]).isCloseTo(expectedScale, within(1e-6));
            assertThat(offset.getGradient().toDoubleArray()[0]).isCloseTo(expectedOffset, within(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("skewCodings")
    void beyondTheRangeItsGradientsAreDifferences(Coding coding) {
        double n = coding.type().least();
        double p = coding.type().greatest();
        double s = coding.step();
        double beta = -s * coding.zeroPoint();
        double nudge = 1e-6 * s;
        for (double bound : new double[] {n, p}) {
            double x = s * bound + beta + Math.signum(bound - (n + p) / 2) * 10 * s;
            double byOffset = (clipped(x, s, beta + nudge, n, p) - clipped(x, s, beta - nudge, n, p)) / (2 * nudge);
            double byStep = (clipped(x, s + nudge, beta, n, p) - clipped(x, s - nudge, beta, n, p)) / (2 * nudge);
            try (DifferentiableGraph graph = DifferentiableGraph.inDoublePrecision(quantizeAndBack(coding));
                    NDScope scope = DifferentiableGraphTest.quiet()) {
                double[] all = new double[(int) SHAPE.size()];
                Arrays.fill(all, x);
                NDArray scale = graph.parameter("scale");
                NDArray offset = graph.learnOffset(graph.quantizers().get(0));
                scale.setRequiresGradient(true);
                offset.setRequiresGradient(true);
                try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                    NDArray input = graph.manager().create(all, SHAPE);
                    collector.backward(
                            graph.run(Map.of("x", input), List.of("y")).get("y").sum());
                }
                assertThat(offset.getGradient().toDoubleArray()[0] / all.length).isCloseTo(byOffset, within(1e-4));
                assertThat(scale.getGradient().toDoubleArray()[0] / all.length)
                        .isCloseTo(byStep, within(1e-4 * (1 + Math.abs(byStep))));
            }
        }
    }

    // The paper's function without its rounding, equation 4.
    private static double clipped(double x, double s, double beta, double n, double p) {
        return Math.max(n, Math.min(p, (x - beta) / s)) * s + beta;
    }

    @Test
    void aLearnedOffsetIsStoredAsTheZeroPointThatWasComputedWith() {
        Coding coding = new Coding(StoredType.UINT8, -1, 0, 0.013f, 117);
        float[] x = values(200, coding.step());
        try (DifferentiableGraph graph = DifferentiableGraph.of(quantizeAndBack(coding));
                NDScope scope = DifferentiableGraphTest.quiet()) {
            NDArray offset = graph.learnOffset(graph.quantizers().get(0));
            // As training would: everything a little different.
            offset.addi(-0.171f);
            graph.parameter("scale").muli(1.07f);
            NDArray input = graph.manager().create(x, SHAPE);
            float[] expected =
                    graph.evaluate(Map.of("x", input), List.of("y")).get("y").toFloatArray();
            OnnxModel trained = graph.trained();
            assertThat(StoredIntegers.of(trained.graph().initializer("zero").orElseThrow())
                            .orElseThrow()
                            .at(0))
                    .isEqualTo((int) Math.rint((0.013f * 117 + 0.171f) / (0.013f * 1.07f)));
            try (OnnxSession session = OnnxSession.open(trained.serialized(), RuntimeOptions.threads(1))) {
                HostTensor given = HostTensor.ofFloats(List.of(SHAPE.get(0), SHAPE.get(1), SHAPE.get(2)), x);
                assertThat(session.run(Map.of("x", given), Set.of("y")).get("y").floats())
                        .containsExactly(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("codings")
    void inOneCallItIsTheSameAsInMany(Coding coding) {
        try (DifferentiableGraph graph = DifferentiableGraph.of(quantizeAndBack(coding));
                NDScope scope = DifferentiableGraphTest.quiet()) {
            FakeQuantizer quantizer = graph.quantizers().get(0);
            NDArray scale = graph.parameter("scale");
            NDArray x = graph.manager().create(values(200, coding.step()), SHAPE);
            scale.setRequiresGradient(true);
            x.setRequiresGradient(true);
            List<float[]> inMany = results(() -> quantizer.differentiable(x, scale), x, scale);
            List<float[]> inOne = results(() -> quantizer.apply(x, scale), x, scale);
            for (int i = 0; i < inMany.size(); i++) {
                assertThat(inOne.get(i)).containsExactly(inMany.get(i), within(1e-3f));
            }
        }
    }

    @Test
    void whatIsTrainedIsStoredAsTheIntegersThatWereComputedWith() {
        OnnxModel model = layer();
        float[] x = values(10, 0.02f);
        try (DifferentiableGraph graph = DifferentiableGraph.of(model);
                NDScope scope = DifferentiableGraphTest.quiet()) {
            NDArray input = graph.manager().create(Arrays.copyOf(x, 8), new Shape(2, 4));
            // As training would: everything a little different.
            graph.parameter("w_q").addi(0.037f);
            graph.parameter("b_q").muli(1.31f);
            graph.parameter("w_scale").muli(1.07f);
            graph.parameter("x_scale").muli(0.93f);
            float[] expected =
                    graph.evaluate(Map.of("x", input), List.of("y")).get("y").toFloatArray();
            try (OnnxSession session = OnnxSession.open(graph.trained().serialized(), RuntimeOptions.threads(1))) {
                HostTensor given = HostTensor.ofFloats(List.of(2L, 4L), Arrays.copyOf(x, 8));
                assertThat(session.run(Map.of("x", given), Set.of("y")).get("y").floats())
                        .containsExactly(expected, within(1e-5f));
            }
            StoredIntegers weights = StoredIntegers.of(
                            graph.trained().graph().initializer("w_q").orElseThrow())
                    .orElseThrow();
            StoredIntegers before = StoredIntegers.of(
                            model.graph().initializer("w_q").orElseThrow())
                    .orElseThrow();
            assertThat(weights.at(0)).isNotEqualTo(before.at(0));
        }
    }

    /** The value, and the gradients by x and by the step sizes. */
    private static List<float[]> results(Supplier<NDArray> function, NDArray x, NDArray scale) {
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray y = function.get();
            collector.backward(y.mul(y).mean());
            List<float[]> results = List.of(
                    y.toFloatArray(),
                    x.getGradient().toFloatArray(),
                    scale.getGradient().toFloatArray());
            x.getGradient().muli(0);
            scale.getGradient().muli(0);
            return results;
        }
    }

    private static OnnxModel layer() {
        TinyModel model = TinyModel.opset(17)
                .input("x", 2, 4)
                .floats("x_scale", new long[0], 0.02f)
                .floats("w_scale", new long[] {3}, 0.01f, 0.02f, 0.03f)
                .floats("b_scale", new long[] {3}, 0.02f * 0.01f, 0.02f * 0.02f, 0.02f * 0.03f)
                .node("QuantizeLinear", List.of("x", "x_scale", "zero"), "x_q")
                .node("DequantizeLinear", List.of("x_q", "x_scale", "zero"), "x_dq")
                .node("DequantizeLinear", List.of("w_q", "w_scale", "w_zero"), "w", Attribute.of("axis", 0))
                .node("DequantizeLinear", List.of("b_q", "b_scale"), "b", Attribute.of("axis", 0))
                .node("Gemm", List.of("x_dq", "w", "b"), "y", Attribute.of("transB", 1))
                .output("y", 2, 3);
        model.graph(graph -> {
            graph.addInitializer(integers("zero", StoredType.UINT8, new long[0], 100));
            // Always stored: ONNX Runtime 1.29 ends the process where signed weights have none, on x86 without VNNI.
            graph.addInitializer(integers("w_zero", StoredType.INT8, new long[] {3}, 0, 0, 0));
            graph.addInitializer(
                    integers("w_q", StoredType.INT8, new long[] {3, 4}, 1, -2, 3, 100, 5, -127, 7, 8, 9, 10, 11, 12));
            graph.addInitializer(integers("b_q", StoredType.INT32, new long[] {3}, 1000, -2000, 3000));
        });
        return OnnxModel.ofAnyForm(model.proto());
    }

    private static int place(Coding coding, int element) {
        if (coding.axis() < 0) {
            return 0;
        }
        int[] index = {element / (6 * 32), element / 32 % 6, element % 32};
        long[] shape = coding.parameters();
        if (coding.block() == 0) {
            return index[coding.axis()];
        }
        index[coding.axis()] /= coding.block();
        return (int) ((index[0] * shape[1] + index[1]) * shape[2] + index[2]);
    }

    // Many exactly in the middle between two steps, some far beyond the range.
    private static float[] values(double spread, float step) {
        Random random = new Random(11);
        float[] values = new float[(int) SHAPE.size()];
        for (int i = 0; i < values.length; i++) {
            double steps = random.nextGaussian() * spread;
            values[i] = (float) ((i % 4 == 0 ? Math.floor(steps) + 0.5 : steps) * step);
        }
        return values;
    }

    private static OnnxModel quantizeAndBack(Coding coding) {
        long[] shape = coding.parameters();
        int count = (int) new Shape(shape).size();
        count = shape.length == 0 ? 1 : count;
        float[] scales = new float[count];
        int[] zeroPoints = new int[count];
        for (int i = 0; i < count; i++) {
            scales[i] = coding.step() * (1 + 0.1f * (i % 5));
            zeroPoints[i] = coding.zeroPoint();
        }
        TinyModel model = TinyModel.opset(21).input("x", SHAPE.getShape()).floats("scale", shape, scales);
        Attribute[] attributes = coding.axis() < 0
                ? new Attribute[0]
                : coding.block() == 0
                        ? new Attribute[] {Attribute.of("axis", coding.axis())}
                        : new Attribute[] {
                            Attribute.of("axis", coding.axis()), Attribute.of("block_size", coding.block())
                        };
        model.node("QuantizeLinear", List.of("x", "scale", "zero"), "q", attributes)
                .node("DequantizeLinear", List.of("q", "scale", "zero"), "y", attributes)
                .graph(graph -> {
                    graph.addInitializer(integers("zero", coding.type(), shape, zeroPoints));
                    graph.addOutput(ValueInfoProto.newBuilder().setName("y"));
                });
        return OnnxModel.ofAnyForm(model.proto().toBuilder().setIrVersion(10).build());
    }

    private static TensorProto integers(String name, StoredType type, long[] shape, int... values) {
        ByteBuffer bytes =
                ByteBuffer.allocate((values.length * type.bits() + 7) / 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            switch (type.bits()) {
                case 4 -> bytes.put(i / 2, (byte) (bytes.get(i / 2) | (values[i] & 0xf) << (i % 2 * 4)));
                case 8 -> bytes.put(i, (byte) values[i]);
                case 16 -> bytes.putShort(2 * i, (short) values[i]);
                default -> bytes.putInt(4 * i, values[i]);
            }
        }
        return Tensors.ofBytes(
                name,
                TensorProto.DataType.forNumber(type.onnxCode()),
                Arrays.stream(shape).boxed().toList(),
                ByteString.copyFrom(bytes));
    }
}
