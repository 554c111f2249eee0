package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.Range;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.IntegerType;
import io.quantfleet.quantizer.target.Precision;
import io.quantfleet.quantizer.target.ProfileReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SixteenBitActivationsTest {
    private static final int ELEMENTS = 4 * 6 * 6;

    private static DeviceClassProfile profile(String type, boolean symmetric) {
        return new ProfileReader().read("""
                name: npu
                title: NPU
                runtime: qnn
                weights: {type: int8, symmetric: true, perChannel: [Conv]}
                activations: {type: %s, symmetric: %s}
                operators: all
                everyOperator: true
                staticShapes: true
                """.formatted(type, symmetric), "npu.yaml");
    }

    private static TinyModel model() {
        return TinyModel.opset(17)
                .input("x", -1, 4, 6, 6)
                .output("y", -1, 3)
                .weights("w1", 0.5, 8, 4, 3, 3)
                .weights("b1", 0.5, 8)
                .weights("w2", 0.5, 8, 8, 1, 1)
                .weights("wide", 2, 8, 1, 1)
                .weights("w3", 0.3, 3, 8)
                .weights("b3", 0.5, 3)
                .node("Conv", List.of("x", "w1", "b1"), "a", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Relu", List.of("a"), "r")
                .node("Conv", List.of("r", "w2"), "c")
                .node("Add", List.of("c", "r"), "s")
                .node("Mul", List.of("s", "wide"), "m")
                .node("Sigmoid", List.of("m"), "g")
                .node("GlobalAveragePool", List.of("g"), "p")
                .node("Flatten", List.of("p"), "f")
                .node("Gemm", List.of("f", "w3", "b3"), "y", Attribute.of("transB", 1));
    }

    @ParameterizedTest
    @CsvSource({"int16, true", "int16, false", "uint16, false"})
    void everyOperatorStaysAsCloseAsItsWeightsAllow(String type, boolean symmetric) {
        GaussianSamples samples = new GaussianSamples(24, ELEMENTS);
        float[] expected = Quantized.run(OnnxModel.of(model().proto()), samples);
        QuantizedModel wide = Quantized.of(model(), samples, profile(type, symmetric));
        double decibels = Quantized.sqnr(expected, Quantized.run(wide.model(), samples));
        assertThat(decibels).isGreaterThan(40);
        assertThat(wide.method()).isEqualTo("static-a16w8-minmax");
        assertThat(wide.leftFloat()).isEmpty();
        assertThat(wide.model().graph().nodes().stream()
                        .filter(node -> node.operator().equals("QuantizeLinear"))
                        .map(Node::domain))
                .containsOnly(Node.MICROSOFT);
    }

    /** One Gemm, computed here as its quantized form says: integers in, 32-bit sums, 16-bit integers out. */
    @Test
    void aGemmComputesWhatItsIntegersSay() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 6)
                .output("y", -1, 2)
                .weights("w", 0.5, 2, 6)
                .weights("b", 0.5, 2)
                .node("Gemm", List.of("x", "w", "b"), "y", Attribute.of("transB", 1));
        GaussianSamples samples = new GaussianSamples(16, 6);
        float[] fp32 = Quantized.run(OnnxModel.of(model.proto()), samples);
        Affine in = Affine.of(Range.of(inputs(samples)), IntegerType.UINT16, false);
        Affine out = Affine.of(Range.of(fp32), IntegerType.UINT16, false);
        float[] w = Tensors.floats(
                OnnxModel.of(model.proto()).graph().initializer("w").orElseThrow());
        float[] b = Tensors.floats(
                OnnxModel.of(model.proto()).graph().initializer("b").orElseThrow());
        Affine weight = Affine.of(Range.of(w), IntegerType.INT8, true);
        float[] actual = Quantized.run(
                Quantized.of(model, samples, profile("uint16", false)).model(), samples);
        float[] x = inputs(samples);
        for (int sample = 0; sample < samples.size(); sample++) {
            for (int o = 0; o < 2; o++) {
                double scale = (double) in.scale() * weight.scale();
                long sum = Math.round(b[o] / scale);
                for (int k = 0; k < 6; k++) {
                    sum += (long) (in.quantize(x[sample * 6 + k]) - in.zeroPoint()) * weight.quantize(w[o * 6 + k]);
                }
                double expected = (out.quantize((float) (sum * scale)) - out.zeroPoint()) * (double) out.scale();
                // ONNX Runtime computes the sum in floats: it may round to the neighbouring integer.
                assertThat((double) actual[sample * 2 + o]).isCloseTo(expected, within(1.01 * out.scale()));
            }
        }
    }

    private static float[] inputs(GaussianSamples samples) {
        java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate(samples.size() * samples.elements() * Float.BYTES);
        for (int i = 0; i < samples.size(); i++) {
            samples.fill(i, "x", all);
        }
        float[] values = new float[samples.size() * samples.elements()];
        all.flip().asFloatBuffer().get(values);
        return values;
    }

    @Test
    void storedIntegersComeBack() {
        for (IntegerType type : IntegerType.values()) {
            int[] values = {type.least(), type.greatest(), 0, 1, type.signed() ? -1 : 255};
            StoredIntegers stored = new StoredIntegers(type, values.length);
            for (int value : values) {
                stored.add(value);
            }
            com.google.protobuf.ByteString bytes = stored.bytes();
            assertThat(bytes.size()).isEqualTo(values.length * type.bytes());
            for (int i = 0; i < values.length; i++) {
                assertThat(StoredIntegers.get(bytes, type, i)).isEqualTo(values[i]);
            }
        }
    }

    @Test
    void weightsStayEightBitsWide() {
        assertThatExceptionOfType(QuantizerException.class).isThrownBy(() -> new ProfileReader().read("""
                name: npu
                title: NPU
                runtime: qnn
                weights: {type: int16, symmetric: false, perChannel: []}
                activations: {type: int16, symmetric: true}
                operators: all
                """, "npu.yaml"));
    }

    private static QuantizedModel withWideLayers(String... layers) {
        GaussianSamples samples = new GaussianSamples(16, ELEMENTS);
        PreparedModel prepared = PreparedModel.of(OnnxModel.of(model().proto()), samples, Map.of(), true);
        Map<String, Precision> precisions = new HashMap<>();
        List.of(layers).forEach(layer -> precisions.put(layer, Precision.A16W8));
        Calibrator calibrator = new Calibrator(1, 8);
        return new StaticQuantizer(calibrator)
                .quantize(
                        new Calibration(calibrator, prepared, samples, ProgressListener.NONE),
                        Recipe.of(Quantized.profile("phone-npu"), RangeChoice.of(new MinMax()))
                                .withLayers(precisions));
    }

    // The second convolution, the first, which makes what it reads, and what follows as far as the Gemm.
    @Test
    void aSingleLayerMayHaveThemWithWhatItReadsAndWhatFollows() {
        QuantizedModel variant = withWideLayers("Conv_2");

        Map<String, List<String>> types = new TreeMap<>();
        QuantizedGraph graph = QuantizedGraph.of(variant.model());
        for (Node node : graph.graph().sorted()) {
            if (node.is("Conv") || node.is("Add") || node.is("Gemm")) {
                types.put(
                        node.label(),
                        node.inputs().stream()
                                .limit(2)
                                .map(input -> graph.readThrough(input).orElseThrow())
                                .map(coding -> coding.type().label())
                                .toList());
            }
        }
        assertThat(types)
                .containsEntry("Conv_0", List.of("uint16", "int8"))
                .containsEntry("Conv_2", List.of("uint16", "int8"))
                .containsEntry("Add_3", List.of("uint16", "uint16"))
                .containsEntry("Gemm_8", List.of("uint8", "int8"));
        assertThat(TargetLinter.lint(variant.model(), Quantized.profile("phone-npu")))
                .filteredOn(LintFinding::isError)
                .isEmpty();
    }

    @Test
    void theLinterNamesAnOperatorThatMixesWidths() {
        QuantizedModel variant = withWideLayers("Conv_2");
        Graph graph = variant.model().graph();
        Node gemm = graph.nodes().stream()
                .filter(node -> node.is("Gemm"))
                .findFirst()
                .orElseThrow();
        // What was converted for it is read as it was instead.
        String converted = gemm.inputs().get(0);
        String wide = graph.producer(
                        graph.producer(converted).orElseThrow().inputs().get(0))
                .orElseThrow()
                .inputs()
                .get(0);
        graph.setInput(gemm, 0, wide);

        assertThat(TargetLinter.lint(variant.model().withGraph(graph), Quantized.profile("phone-npu")))
                .filteredOn(LintFinding::isError)
                .anySatisfy(finding -> {
                    assertThat(finding.rule()).isEqualTo("activation-width");
                    assertThat(finding.node()).isEqualTo("Gemm_8");
                });
    }
}
