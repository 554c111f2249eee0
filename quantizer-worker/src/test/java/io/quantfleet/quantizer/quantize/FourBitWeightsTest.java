package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.onnx.StoredIntegers;
import io.quantfleet.quantizer.onnx.StoredType;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FourBitWeightsTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(16, 3 * 6 * 6);

    private static String profile(String rest) {
        return """
                name: npu4
                title: NPU with 4-bit weights
                runtime: qnn
                weights: {type: int4, symmetric: true, perChannel: [Conv, Gemm]}
                activations: {type: uint8, symmetric: false}
                operators: all
                %s
                """.formatted(rest);
    }

    private static DeviceClassProfile int4() {
        return new ProfileReader().read(profile("int8Kernels: optional"), "npu4.yaml");
    }

    // 5 × 27 + 5 elements: an odd number of halves of a byte.
    private static TinyModel model() {
        return TinyModel.opset(17)
                .input("x", -1, 3, 6, 6)
                .output("y", -1, 5)
                .weights("w", 0.5, 5, 3, 3, 3)
                .weights("b", 0.5, 5)
                .node("Conv", List.of("x", "w", "b"), "c")
                .node("Relu", List.of("c"), "r")
                .node("GlobalAveragePool", List.of("r"), "p")
                .node("Flatten", List.of("p"), "f")
                .weights("v", 0.5, 5, 5)
                .node("Gemm", List.of("f", "v"), "y", Attribute.of("transB", 1));
    }

    private static OnnxModel variant(DeviceClassProfile profile) {
        return new StaticQuantizer(new Calibrator(1, 8))
                .quantize(OnnxModel.of(model().proto()), Map.of(), SAMPLES, profile, ProgressListener.NONE)
                .model();
    }

    @Test
    void storesTwoWeightsInAByteAndKeepsToSevenBothWays() {
        OnnxModel variant = variant(int4());
        QuantizedGraph quantized = QuantizedGraph.of(variant);
        List<StoredIntegers> weights = variant.graph().initializers().stream()
                .filter(tensor -> tensor.getDimsCount() > 1)
                .flatMap(tensor -> StoredIntegers.of(tensor).stream())
                .toList();
        assertThat(quantized.codings()).isNotEmpty();
        assertThat(weights).hasSize(2).allSatisfy(weight -> {
            assertThat(weight.type()).isEqualTo(StoredType.INT4);
            for (int i = 0; i < weight.count(); i++) {
                assertThat(weight.at(i)).isBetween(-7, 7);
            }
        });
        assertThat(TargetLinter.lint(variant, int4())).isEmpty();
    }

    @Test
    void computesWhatItsIntegersSay() {
        OnnxModel variant = variant(int4());
        QuantizedGraph graph = QuantizedGraph.of(variant);
        float[] real = Tensors.floats(
                OnnxModel.of(model().proto()).graph().initializer("w").orElseThrow());
        StoredIntegers stored = variant.graph().initializers().stream()
                .filter(tensor -> tensor.getDimsCount() == 4)
                .flatMap(tensor -> StoredIntegers.of(tensor).stream())
                .findFirst()
                .orElseThrow();
        assertThat(graph.codings()).isNotEmpty();
        for (int channel = 0; channel < 5; channel++) {
            float largest = 0;
            for (int i = 0; i < 27; i++) {
                largest = Math.max(largest, Math.abs(real[channel * 27 + i]));
            }
            for (int i = 0; i < 27; i++) {
                float step = largest / 7;
                assertThat(stored.at(channel * 27 + i) * step).isCloseTo(real[channel * 27 + i], within(step * 0.501f));
            }
        }
        float[] expected = Quantized.run(OnnxModel.of(model().proto()), SAMPLES);
        assertThat(Quantized.sqnr(expected, Quantized.run(variant, SAMPLES))).isBetween(12.0, 35.0);
    }

    @Test
    void refusesEightBitWeightsForADeviceThatTakesFour() {
        OnnxModel eight = variant(
                new ProfileReader().read(profile("int8Kernels: optional").replace("int4", "int8"), "npu8.yaml"));
        assertThat(TargetLinter.lint(eight, int4()))
                .extracting(LintFinding::rule)
                .contains("weight-type");
    }

    @Test
    void refusesProfilesThatDemandIntegerKernelsForThem() {
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> new ProfileReader().read(profile("int8Kernels: required"), "npu4.yaml"))
                .withMessageContaining("int8Kernels: optional");
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> new ProfileReader().read(profile("").replace("uint8", "int4"), "npu4.yaml"))
                .withMessageContaining("activations.type");
    }
}
