package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.LayerReconstruction;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GptqTest {
    @TempDir
    private static Path folder = Path.of("");

    private static final int CHANNELS = 96;
    private static final SampleSource CALIBRATION = new CorrelatedSamples(200, CHANNELS, 12, 0);
    private static final SampleSource OTHERS = new CorrelatedSamples(40, CHANNELS, 12, 0);

    private static TinyModel twoLayers() {
        return TinyModel.opset(17)
                .input("x", -1, CHANNELS)
                .output("y", -1, 24)
                .weights("w1", 0.1, CHANNELS, 64)
                .weights("w2", 0.1, 24, 64)
                .weights("b2", 0.1, 24)
                .node("MatMul", List.of("x", "w1"), "h")
                .node("Relu", List.of("h"), "r")
                .node("Gemm", List.of("r", "w2", "b2"), "y", Attribute.of("transB", 1));
    }

    private static WeightOnlyOptions options(boolean symmetric, BlockEncoding encoding) {
        return new WeightOnlyOptions(4, new WeightBlocks(32, symmetric, 1, Optional.of(encoding)), Set.of());
    }

    private static QuantizedModel gptq(PreparedModel prepared, WeightOnlyOptions options, boolean activationOrder) {
        return Gptq.quantize(
                prepared,
                CALIBRATION,
                folder,
                options,
                new GptqOptions(0.01, activationOrder),
                2,
                ProgressListener.NONE);
    }

    private static InputStatistics seen(float... products) {
        int channels = (int) Math.sqrt(products.length);
        InputStatistics seen = new InputStatistics(channels);
        seen.add(1, FloatBuffer.wrap(products), FloatBuffer.allocate(channels));
        return seen;
    }

    /** Worked by hand: of the first two inputs H = [1 ½; ½ 1], the third has nothing to do with them. */
    private static final InputStatistics BY_HAND = seen(1, 0.5f, 0, 0.5f, 1, 0, 0, 0, 1);

    @Test
    void theFactorIsThatOfTheInverseHessian() {
        // H⁻¹ = [4/3 -2/3; -2/3 4/3] = UᵀU with U = [√(4/3) -1/√3; 0 1].
        float[] factor = ErrorFeedback.of(BY_HAND, 0, false).factor();
        float[] expected = {(float) Math.sqrt(4 / 3.0), (float) (-1 / Math.sqrt(3)), 0, 0, 1, 0, 0, 0, 1};
        assertThat(factor).usingComparatorWithPrecision(1e-6f).containsExactly(expected);
    }

    @Test
    void theSecondWeightMakesUpForTheFirst() {
        // The step is 1, since -8 is the largest. 1.4 becomes 1; of the 0.4 the second weight takes over H₁₂ / H₂₂ = ½:
        // 2.35
        // becomes 2.55 and is rounded up, where it would have been rounded down. The error at the output is 0.3225
        // rather
        // than 0.4225.
        float[] weights = {1.4f, 2.35f, -8};
        WeightOnlyOptions options = options(true, BlockEncoding.MATMUL_N_BITS);
        StoredMatrix matrix = new StoredMatrix(Tensors.ofFloats("w", List.of(3L, 1L), weights), 3, 1, false);
        Reconstruction reconstruction = new Reconstruction(options);
        GptqRounding rounding = new GptqRounding(options, GptqOptions.usual(), 1);
        Blocks blocks = rounding.round(matrix, weights, ErrorFeedback.of(BY_HAND, 0, false));
        assertThat(List.of(blocks.value(0, 0), blocks.value(0, 1), blocks.value(0, 2)))
                .containsExactly(1f, 3f, -8f);
        reconstruction.add("w", matrix, weights, BY_HAND, blocks);
        LayerReconstruction layer = reconstruction.layers().get(0);
        assertThat(layer.chosenDb() - layer.roundedDb()).isCloseTo(10 * Math.log10(0.4225 / 0.3225), within(1e-3));
    }

    @ParameterizedTest(name = "symmetric {0}, {1}, by activations {2}")
    @CsvSource({
        "true, MATMUL_N_BITS, false",
        "true, MATMUL_N_BITS, true",
        "false, MATMUL_N_BITS, false",
        "true, QDQ, false",
        "false, QDQ, true"
    })
    void followsFp32MoreCloselyThanRoundingToNearest(
            boolean symmetric, BlockEncoding encoding, boolean activationOrder) {
        PreparedModel prepared = FormRun.prepared(twoLayers(), CALIBRATION);
        WeightOnlyOptions options = options(symmetric, encoding);
        float[] expected = FormRun.run(prepared.model(), OTHERS);
        double rounded = FormRun.decibels(
                expected, FormRun.run(WeightOnly.quantize(prepared, options).model(), OTHERS));
        QuantizedModel variant = gptq(prepared, options, activationOrder);
        assertThat(FormRun.decibels(expected, FormRun.run(variant.model(), OTHERS)))
                .isGreaterThan(rounded + 3);
        assertThat(variant.quantizedNodes()).hasSize(2);
        assertThat(variant.reconstructions()).hasSize(2).allSatisfy(layer -> assertThat(layer.chosenDb())
                .isGreaterThan(layer.roundedDb() + 2));
        assertThat(variant.method()).startsWith("gptq-int4-b32");
    }

    @Test
    void theRuntimeReadsWhatWasChosen() {
        PreparedModel prepared = FormRun.prepared(
                TinyModel.opset(17)
                        .input("x", -1, 40)
                        .output("y", -1, 3)
                        .weights("w", 0.1, 40, 3)
                        .node("MatMul", List.of("x", "w"), "y"),
                new CorrelatedSamples(60, 40, 6, 0));
        SampleSource samples = new CorrelatedSamples(60, 40, 6, 0);
        for (BlockEncoding encoding : BlockEncoding.values()) {
            WeightOnlyOptions options = options(false, encoding);
            QuantizedModel variant =
                    Gptq.quantize(prepared, samples, folder, options, GptqOptions.usual(), 1, ProgressListener.NONE);
            float[] expected = FormRun.run(prepared.model(), samples);
            double decibels = FormRun.decibels(expected, FormRun.run(variant.model(), samples));
            // The runtime's own product has the error that the stored integers were said to have; where the variant
            // can't say
            // that it is to be computed in floats, rounding to 8 bits adds a little.
            assertThat(decibels)
                    .isCloseTo(
                            variant.reconstructions().get(0).chosenDb(),
                            within(encoding == BlockEncoding.QDQ ? 1 : 0.05));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aChannelThatIsAlwaysZeroIsRoundedByItself(boolean activationOrder) {
        InputStatistics seen = seen(0, 0, 0, 2);
        float[] factor = ErrorFeedback.of(seen, 0.01, activationOrder).factor();
        assertThat(factor[1]).isZero();
        assertThat(factor).doesNotContain(Float.NaN);
    }

    @Test
    void inputsThatDependOnEachOtherEntirelyAreDamped() {
        float[] factor = ErrorFeedback.of(seen(1, 1, 1, 1), 0.01, false).factor();
        assertThat(factor[0]).isBetween(1f, 20f);
        assertThat(factor[1]).isLessThan(0);
    }

    @Test
    void excludedLayersStay() {
        PreparedModel prepared = FormRun.prepared(twoLayers(), CALIBRATION);
        WeightOnlyOptions options = new WeightOnlyOptions(4, WeightBlocks.usual(), Set.of("Gemm_2"));
        QuantizedModel variant = gptq(prepared, options, false);
        assertThat(variant.quantizedNodes()).containsExactly("MatMul_0");
        assertThat(variant.model().graph().nodes()).extracting(Node::operator).contains("Gemm");
    }

    @Test
    void anInputThatIsNotFiniteIsNamed() {
        SampleSource broken = new SampleSource() {
            @Override
            public int size() {
                return 2;
            }

            @Override
            public void fill(int sample, String inputName, ByteBuffer target) {
                for (int i = 0; i < CHANNELS; i++) {
                    target.putFloat(i == 7 && sample == 1 ? Float.POSITIVE_INFINITY : 1);
                }
            }
        };
        PreparedModel prepared = FormRun.prepared(twoLayers(), CALIBRATION);
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> Gptq.quantize(
                        prepared,
                        broken,
                        folder,
                        options(true, BlockEncoding.QDQ),
                        GptqOptions.usual(),
                        1,
                        ProgressListener.NONE))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.ACTIVATION_NOT_FINITE))
                .withMessageContaining("tensor x");
    }

    @Test
    void tellsHowFarItIsAndCanBeStopped() {
        PreparedModel prepared = FormRun.prepared(twoLayers(), CALIBRATION);
        List<Double> told = new ArrayList<>();
        Gptq.quantize(
                prepared, CALIBRATION, folder, options(true, BlockEncoding.QDQ), GptqOptions.usual(), 1, told::add);
        assertThat(told).isSorted().endsWith(1.0);
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> Gptq.quantize(
                        prepared,
                        CALIBRATION,
                        folder,
                        options(true, BlockEncoding.QDQ),
                        GptqOptions.usual(),
                        1,
                        fraction -> {
                            throw new QuantizerException(ReasonCode.CANCELLED, "enough");
                        }))
                .withMessage("enough");
    }

    @Test
    void refusesDampingThatIsNone() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new GptqOptions(0, false))
                .withMessageContaining("more than 0");
    }
}
