package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operator that is quantized, between two layers so that it is worth it, for every device class: close to FP32,
 * quantized where the profile says so, and by the profile's rules.
 */
class OperatorQuantizationTest {
    private static final double LEAST_DECIBELS = 27;
    private static final int ELEMENTS = 4 * 6 * 6;

    /** What goes between: reads tensor a, makes tensor b. */
    record Between(String operator, UnaryOperator<TinyModel> nodes, int channels) {
        @Override
        public String toString() {
            return operator;
        }
    }

    private static Between of(String operator, Attribute... attributes) {
        return new Between(operator, model -> model.node(operator, List.of("a"), "b", attributes), 4);
    }

    private static Between of(String operator, int channels, UnaryOperator<TinyModel> nodes) {
        return new Between(operator, nodes, channels);
    }

    static Stream<Between> cases() {
        return Stream.of(
                of("Conv", 4, m -> m.weights("dw", 0.5, 4, 1, 3, 3)
                        .weights("db", 0.5, 4)
                        .node("Conv", List.of("a", "dw", "db"), "b", Attribute.of("group", 4))),
                of("ConvTranspose", 3, m -> m.weights("tw", 0.5, 4, 3, 2, 2)
                        .weights("tb", 0.5, 3)
                        .node("ConvTranspose", List.of("a", "tw", "tb"), "b", Attribute.ints("strides", 2, 2))),
                of("ConvTranspose", 6, m -> m.weights("tw", 0.5, 4, 3, 2, 2)
                        .weights("tb", 0.5, 6)
                        .node("ConvTranspose", List.of("a", "tw", "tb"), "b", Attribute.of("group", 2))),
                of("Add", 4, m -> m.node("Add", List.of("a", "a2"), "b")),
                of("Add", 4, m -> m.weights("c", 1, 4, 1, 1).node("Add", List.of("a", "c"), "b")),
                of("Mul", 4, m -> m.node("Mul", List.of("a", "a2"), "b")),
                of("Mul", 4, m -> m.floats("half", new long[] {}, 0.5f).node("Mul", List.of("half", "a"), "b")),
                of("Sub", 4, m -> m.node("Sub", List.of("a", "a2"), "b")),
                of("Div", 4, m -> m.floats("two", new long[] {}, 2).node("Div", List.of("a", "two"), "b")),
                of("MatMul", 4, m -> m.weights("mw", 0.5, 6, 6).node("MatMul", List.of("a", "mw"), "b")),
                of("MatMul", 4, m -> m.node("MatMul", List.of("a", "a2"), "b")),
                of("Flatten", 4, m -> m.longs("to", new long[] {4}, -1, 4, 6, 6)
                        .node("Flatten", List.of("a"), "f")
                        .node("Reshape", List.of("f", "to"), "b")),
                of("Expand", 4, m -> m.longs("to", new long[] {4}, 1, 4, 6, 6)
                        .node("GlobalAveragePool", List.of("a"), "g")
                        .node("Expand", List.of("g", "to"), "b")),
                of("Tile", 4, m -> m.longs("times", new long[] {4}, 1, 1, 2, 1)
                        .node("Tile", List.of("a", "times"), "b")),
                of("Gather", 3, m -> m.longs("rows", new long[] {3}, 2, 0, 3)
                        .node("Gather", List.of("a", "rows"), "b", Attribute.of("axis", 1))),
                of("DepthToSpace", 1, m -> m.node("DepthToSpace", List.of("a"), "b", Attribute.of("blocksize", 2))),
                of("SpaceToDepth", 16, m -> m.node("SpaceToDepth", List.of("a"), "b", Attribute.of("blocksize", 2))),
                of("MaxPool", Attribute.ints("kernel_shape", 2, 2)),
                of("AveragePool", Attribute.ints("kernel_shape", 2, 2)),
                of("GlobalAveragePool"),
                of("Concat", 8, m -> m.node("Concat", List.of("a", "a2"), "b", Attribute.of("axis", 1))),
                of("Resize", 4, m -> m.floats("scales", new long[] {4}, 1, 1, 2, 2)
                        .node("Resize", List.of("a", "", "scales"), "b")),
                of("Resize", 4, m -> m.floats("scales", new long[] {4}, 1, 1, 2, 2)
                        .node("Resize", List.of("a", "", "scales"), "b", Attribute.text("mode", "linear"))),
                of("LeakyRelu", Attribute.of("alpha", 0.1f)),
                of("HardSwish"),
                of("Sigmoid"),
                of("Softmax", Attribute.of("axis", 1)),
                of("Transpose", Attribute.ints("perm", 0, 1, 3, 2)),
                of("Reshape", 2, m -> m.longs("to", new long[] {4}, -1, 2, 6, 12)
                        .node("Reshape", List.of("a", "to"), "b")),
                of("Split", 2, m -> m.longs("parts", new long[] {2}, 2, 2)
                        .node("Split", List.of("a", "parts"), List.of("b", "rest"), Attribute.of("axis", 1))),
                of("Slice", 2, m -> m.longs("from", new long[] {1}, 1)
                        .longs("to", new long[] {1}, 3)
                        .longs("axis", new long[] {1}, 1)
                        .node("Slice", List.of("a", "from", "to", "axis"), "b")),
                of("Pad", 4, m -> m.longs("pads", new long[] {8}, 0, 0, 1, 1, 0, 0, 1, 1)
                        .node("Pad", List.of("a", "pads"), "b")),
                of("Unsqueeze", 4, m -> m.longs("axis", new long[] {1}, 2)
                        .node("Unsqueeze", List.of("a", "axis"), "u")
                        .node("Squeeze", List.of("u", "axis"), "b")),
                of("Relu", 4, m -> m.node("Relu", List.of("a"), "b")),
                of("Clip", 4, m -> m.floats("low", new long[] {}, 0)
                        .floats("high", new long[] {}, 1.5f)
                        .node("Clip", List.of("a", "low", "high"), "b")));
    }

    static TinyModel model(Between between) {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 4, 6, 6)
                .output("y", -1, 5, -1, -1)
                .weights("w1", 0.5, 4, 4, 1, 1)
                .weights("b1", 0.5, 4)
                .weights("w2", 0.5, 4, 4, 1, 1)
                .weights("w3", 0.5, 5, between.channels(), 1, 1)
                .weights("b3", 0.5, 5)
                .node("Conv", List.of("x", "w1", "b1"), "a")
                .node("Conv", List.of("x", "w2"), "a2");
        return between.nodes().apply(model).node("Conv", List.of("b", "w3", "b3"), "y");
    }

    static Stream<Arguments> everywhere() {
        return cases().flatMap(between ->
                Stream.of("rpi-cpu", "phone-npu", "gpu").map(deviceClass -> Arguments.of(between, deviceClass)));
    }

    @ParameterizedTest(name = "{0} for {1}")
    @MethodSource("everywhere")
    void staysCloseToFloats(Between between, String deviceClass) {
        TinyModel model = model(between);
        GaussianSamples samples = new GaussianSamples(24, ELEMENTS);
        QuantizedModel quantized = Quantized.of(model, samples, deviceClass);
        assertThat(TargetLinter.lint(quantized.model(), Quantized.profile(deviceClass)))
                .isEmpty();
        float[] expected = Quantized.run(OnnxModel.of(model.proto()), samples);
        float[] actual = Quantized.run(quantized.model(), samples);
        assertThat(Quantized.sqnr(expected, actual)).isGreaterThan(LEAST_DECIBELS);
        boolean listed = Quantized.profile(deviceClass).operators().contains(between.operator());
        boolean bound = between.operator().equals("Relu") || between.operator().equals("Clip");
        if (!bound) {
            assertThat(quantized.leftFloat().stream()
                            .noneMatch(layer -> layer.operator().equals(between.operator())))
                    .isEqualTo(listed);
        }
    }
}
