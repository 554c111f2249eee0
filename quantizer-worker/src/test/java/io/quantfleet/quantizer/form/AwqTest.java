package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AwqTest {
    @TempDir
    private static Path folder = Path.of("");

    private static final int CHANNELS = 64;
    private static final SampleSource CALIBRATION = new CorrelatedSamples(120, CHANNELS, 40, 3);
    private static final SampleSource OTHERS = new CorrelatedSamples(40, CHANNELS, 40, 3);

    /** A norm whose gain has outliers, a gated feed-forward part, and a residual around it. */
    private static PreparedModel gated() {
        float[] gain = new float[CHANNELS];
        for (int i = 0; i < CHANNELS; i++) {
            gain[i] = i % 16 == 3 ? 12 : 1;
        }
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, CHANNELS)
                .output("y", -1, CHANNELS)
                .floats("gain", new long[] {CHANNELS}, gain)
                .floats("two", new long[] {}, 2)
                .floats("eps", new long[] {}, 1e-5f)
                .weights("gate_w", 0.1, CHANNELS, 96)
                .weights("up_w", 0.1, CHANNELS, 96)
                .weights("down_w", 0.1, 96, CHANNELS)
                .node("Pow", List.of("x", "two"), "square")
                .node("ReduceMean", List.of("square"), "mean", Attribute.ints("axes", -1))
                .node("Add", List.of("mean", "eps"), "shifted")
                .node("Sqrt", List.of("shifted"), "root")
                .node("Div", List.of("x", "root"), "unit")
                .node("Mul", List.of("unit", "gain"), "normed")
                .node("MatMul", List.of("normed", "gate_w"), "gate")
                .node("Sigmoid", List.of("gate"), "open")
                .node("Mul", List.of("gate", "open"), "swish")
                .node("MatMul", List.of("normed", "up_w"), "up")
                .node("Mul", List.of("swish", "up"), "product")
                .node("MatMul", List.of("product", "down_w"), "down")
                .node("Add", List.of("x", "down"), "y");
        return FormRun.prepared(model, CALIBRATION);
    }

    private static WeightOnlyOptions options(BlockEncoding encoding) {
        return new WeightOnlyOptions(4, new WeightBlocks(32, true, 1, Optional.of(encoding)), Set.of());
    }

    @ParameterizedTest
    @EnumSource
    void followsFp32MoreCloselyThanRoundingToNearest(BlockEncoding encoding) {
        PreparedModel prepared = gated();
        float[] expected = FormRun.run(prepared.model(), OTHERS);
        double rounded = FormRun.decibels(
                expected,
                FormRun.run(WeightOnly.quantize(prepared, options(encoding)).model(), OTHERS));
        QuantizedModel variant =
                Awq.quantize(prepared, CALIBRATION, folder, options(encoding), 2, ProgressListener.NONE);
        assertThat(FormRun.decibels(expected, FormRun.run(variant.model(), OTHERS)))
                .isGreaterThan(rounded + 2);
        assertThat(variant.quantizedNodes()).hasSize(3);
        assertThat(variant.reconstructions()).hasSize(3);
        assertThat(variant.method()).startsWith("awq-int4-b32");
    }

    @Test
    void addsNoOperator() {
        PreparedModel prepared = gated();
        QuantizedModel plain = WeightOnly.quantize(prepared, options(BlockEncoding.MATMUL_N_BITS));
        QuantizedModel variant = Awq.quantize(
                prepared, CALIBRATION, folder, options(BlockEncoding.MATMUL_N_BITS), 1, ProgressListener.NONE);
        assertThat(variant.model().graph().nodes())
                .hasSameSizeAs(plain.model().graph().nodes());
    }

    @Test
    void cutsOffWeightsWhoseInputHardlyCounts() {
        // The second input is a thousandth of the first. Its weight of 8 would make steps of 1; cut off at half, they
        // are ½.
        float[] weights = {2.5f, -8};
        InputStatistics seen = new InputStatistics(2);
        seen.add(1, FloatBuffer.wrap(new float[] {1, 0, 0, 1e-6f}), FloatBuffer.allocate(2));
        StoredMatrix matrix = new StoredMatrix(Tensors.ofFloats("w", List.of(2L, 1L), weights), 2, 1, false);
        WeightOnlyOptions options = options(BlockEncoding.MATMUL_N_BITS);
        Blocks blocks = new ClippedRounding(options, 1).round(matrix, weights, seen);
        assertThat(blocks.value(0, 0)).isEqualTo(2.5f);
        assertThat(blocks.value(0, 1)).isEqualTo(-4f);
        assertThat(new BlockQuantizer(options)
                        .quantize(matrix, (first, target) -> target.put(weights))
                        .value(0, 0))
                .isNotEqualTo(2.5f);
    }
}
