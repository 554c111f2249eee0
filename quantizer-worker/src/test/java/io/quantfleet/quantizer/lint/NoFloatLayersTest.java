package io.quantfleet.quantizer.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A profile without float32 among its layers: what is quantized satisfies the linter, what can't be is refused by name. */
class NoFloatLayersTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(12, 4 * 6 * 6);

    private static DeviceClassProfile profile(String runtime, String outputs, String operators, String kernels) {
        return new ProfileReader().read("""
                name: strict
                title: No layer in FP32
                runtime: %s
                weights: {type: int8, symmetric: true, perChannel: []}
                activations: {type: uint8, symmetric: false, outputs: %s}
                layers: [int8, float16]
                operators: %s
                everyOperator: false
                staticShapes: false
                int8Kernels: %s
                """.formatted(runtime, outputs, operators, kernels), "strict.yaml");
    }

    private static TinyModel model() {
        return TinyModel.opset(17)
                .input("x", -1, 4, 6, 6)
                .output("y", -1, 3)
                .weights("w1", 0.5, 8, 4, 3, 3)
                .weights("w2", 0.5, 8, 3)
                .node("Conv", List.of("x", "w1"), "c", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Tanh", List.of("c"), "t")
                .node("GlobalAveragePool", List.of("t"), "p")
                .node("Flatten", List.of("p"), "f")
                .node("MatMul", List.of("f", "w2"), "y");
    }

    private static QuantizedModel quantized(DeviceClassProfile profile) {
        return new StaticQuantizer(new Calibrator(1, 8))
                .quantize(OnnxModel.of(model().proto()), Map.of(), SAMPLES, profile, ProgressListener.NONE);
    }

    @ParameterizedTest(name = "{0}, outputs {1}, kernels {2}")
    @CsvSource({
        "tensorrt, as-read, optional",
        "openvino, as-read, optional",
        "other, every, optional",
        "onnxruntime-cpu, every, required",
        "onnxruntime-cpu, every, optional"
    })
    void whatIsQuantizedSatisfiesTheLinter(String runtime, String outputs, String kernels) {
        DeviceClassProfile profile = profile(runtime, outputs, "[Conv, MatMul]", kernels);

        assertThat(TargetLinter.lint(quantized(profile).model(), profile))
                .filteredOn(LintFinding::isError)
                .isEmpty();
    }

    @Test
    void aLayerThatCannotBeQuantizedIsNamed() {
        DeviceClassProfile profile = profile("tensorrt", "as-read", "[Conv]", "optional");

        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> quantized(profile))
                .withMessageContaining("strict: its profile lists no float32 under layers")
                .withMessageContaining("MatMul_4 (the profile of strict does not list its operator)")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.OPERATOR_UNSUPPORTED));
    }

    @Test
    void theLinterNamesALayerInFloats() {
        DeviceClassProfile lenient = new ProfileReader().builtIn("gpu");
        DeviceClassProfile strict = profile("tensorrt", "as-read", "[Conv, MatMul]", "optional");
        OnnxModel half = new StaticQuantizer(new Calibrator(1, 8))
                .quantize(
                        OnnxModel.of(model().proto()),
                        Map.of(),
                        SAMPLES,
                        profile("tensorrt", "as-read", "[Conv]", "optional").withoutDemands(),
                        ProgressListener.NONE)
                .model();

        assertThat(TargetLinter.lint(half, strict))
                .filteredOn(finding -> finding.rule().equals("float-operator"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.node()).isEqualTo("MatMul_4");
                    assertThat(finding.message()).contains("add float32 to the profile");
                });
        assertThat(TargetLinter.lint(half, lenient))
                .filteredOn(finding -> finding.rule().equals("float-operator"))
                .isEmpty();
    }
}
