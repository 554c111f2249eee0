package io.quantfleet.quantizer.lint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.quantfleet.quantizer.lint.LintFinding.Severity;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.target.ProfileReader;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetLinterTest {
    private final ProfileReader profiles = new ProfileReader();

    private List<LintFinding> lint(OnnxModel variant, String deviceClass) {
        return TargetLinter.lint(variant, profiles.builtIn(deviceClass));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x86-vnni", "x86-avx2", "phone-npu", "qnn-htp", "nnapi"})
    void hasNothingToSayOfWhatIsRight(String deviceClass) {
        assertThat(lint(SmallVariant.right().model(), deviceClass)).isEmpty();
    }

    private static Arguments error(SmallVariant variant, String deviceClass, String rule, String node, String said) {
        return Arguments.of(variant, deviceClass, Severity.ERROR, rule, node, said);
    }

    private static Arguments warning(SmallVariant variant, String deviceClass, String rule, String node, String said) {
        return Arguments.of(variant, deviceClass, Severity.WARNING, rule, node, said);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                error(
                        SmallVariant.right().activations(DataType.INT8, 0),
                        "phone-npu",
                        "activation-type",
                        "QuantizeLinear_0",
                        "int8"),
                error(SmallVariant.right(), "gpu", "activation-type", "QuantizeLinear_0", "uint8"),
                error(
                        SmallVariant.right().activations(DataType.INT8, 3).floatBias(),
                        "gpu",
                        "activation-symmetry",
                        "QuantizeLinear_0",
                        "3"),
                error(SmallVariant.right().weightZero(5), "phone-npu", "weight-symmetry", "Conv_4", "zero points"),
                error(SmallVariant.right().weightAxis(1), "phone-npu", "weight-axis", "Conv_4", "axis 1"),
                error(SmallVariant.right().largestWeight(100), "x86-avx2", "weight-range", "Conv_4", "100"),
                warning(SmallVariant.right().largestWeight(-128), "nnapi", "weight-range", "Conv_4", "-128"),
                error(SmallVariant.right().biasFactor(2), "phone-npu", "bias-scale", "Conv_4", "channel 0"),
                error(SmallVariant.right().floatBias(), "phone-npu", "bias-type", "Conv_4", "int32"),
                error(
                        SmallVariant.right().activations(DataType.INT8, 0),
                        "gpu",
                        "bias-type",
                        "Conv_4",
                        "floating point"),
                error(SmallVariant.right().openBatch(), "phone-npu", "static-shape", "x", "dimension 0"),
                error(SmallVariant.right().opset(12), "nnapi", "opset", "DequantizeLinear_2", "13"),
                error(SmallVariant.right().readScale(0.25f), "phone-npu", "pairs", "DequantizeLinear_1", "differs"),
                error(SmallVariant.right().readScale(0), "phone-npu", "scale", "DequantizeLinear_1", "0.0"),
                warning(SmallVariant.right().quantizedBetween(), "nnapi", "fusion", "Relu_7", "Conv_4"),
                error(SmallVariant.right().endingWith("Exp"), "phone-npu", "float-operator", "Exp_8", "y in floats"),
                error(
                        SmallVariant.right().opset(21).activations(DataType.UINT16, 300),
                        "nnapi",
                        "form",
                        "QuantizeLinear_0",
                        "a16w8"),
                error(SmallVariant.right().wideOutput(), "x86-vnni", "int8-kernel", "Conv_4", "FP32"));
    }

    @ParameterizedTest(name = "{3} for {1} at {4}")
    @MethodSource("faults")
    void namesTheNodeAndTheFault(
            SmallVariant variant, String deviceClass, Severity severity, String rule, String node, String said) {
        assertThat(lint(variant.model(), deviceClass)).anySatisfy(finding -> {
            assertThat(finding.severity()).isEqualTo(severity);
            assertThat(finding.rule()).isEqualTo(rule);
            assertThat(finding.node()).isEqualTo(node);
            assertThat(finding.message()).contains(said);
        });
    }

    @Test
    void sixteenBitsAreForThoseThatListThem() {
        OnnxModel wide =
                SmallVariant.right().opset(21).activations(DataType.UINT16, 300).model();
        assertThat(lint(wide, "qnn-htp")).isEmpty();
    }

    @Test
    void anOperatorOnIntegersIsForOnnxRuntimeOnly() {
        OnnxModel dynamic = OnnxModel.ofAnyForm(TinyModel.opset(17)
                .input("x", 1, 4)
                .output("y", 1, 4)
                .node("DynamicQuantizeLinear", List.of("x"), List.of("q", "scale", "zero"))
                .node("DequantizeLinear", List.of("q", "scale", "zero"), "y")
                .proto());
        assertThat(lint(dynamic, "gpu"))
                .anySatisfy(finding -> assertThat(finding.rule()).isEqualTo("operators"));
        assertThat(lint(dynamic, "rpi-cpu"))
                .noneSatisfy(finding -> assertThat(finding.rule()).isIn("operators", "form"));
    }

    @Test
    void aModelThatNobodyQuantizedIsNoVariant() {
        OnnxModel floats = OnnxModel.of(TinyModel.opset(17)
                .input("x", 1, 4)
                .output("y", 1, 4)
                .node("Relu", List.of("x"), "y")
                .proto());
        assertThat(lint(floats, "rpi-cpu"))
                .anySatisfy(finding -> assertThat(finding.message()).contains("nothing in it is quantized"));
    }
}
