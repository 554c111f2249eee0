package io.quantfleet.quantizer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.TinyModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
    private static final ModelDescription MODEL = ModelDescription.parse("""
            name: tiny
            task: classification
            onnx: tiny.onnx
            inputs: [{name: x, kind: tensor, type: float32, shape: [batch, 2]}]
            output: y
            labels: [left, right]
            """, "tiny.model.yaml");
    private static final LatencyPlan QUICK = new LatencyPlan(1, 7, 1, Duration.ZERO);

    // 150 samples, so that there are several batches and the last is not full: left is larger where even.
    private final LabelledSamples samples = new TinySamples(values(150), labels(150));

    @TempDir
    Path folder;

    private static float[][] values(int count) {
        float[][] values = new float[count][];
        for (int i = 0; i < count; i++) {
            values[i] = i % 2 == 0 ? new float[] {2, 1} : new float[] {1, 2};
        }
        return values;
    }

    // FP32 is right for all but the last 15.
    private static int[] labels(int count) {
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i < 135 ? i % 2 : 1 - i % 2;
        }
        return labels;
    }

    /** y = x · w. */
    private Path model(String name, long batch, float... w) throws IOException {
        byte[] bytes = TinyModel.opset(17)
                .input("x", batch, 2)
                .floats("w", new long[] {2, 2}, w)
                .node("MatMul", List.of("x", "w"), "y")
                .output("y", batch, 2)
                .proto()
                .toByteArray();
        return Files.write(folder.resolve(name), bytes);
    }

    private Evaluator.Result evaluate(Path fp32, Path... variants) {
        return new Evaluator(MODEL, samples, 2, QUICK).evaluate(fp32, List.of(variants), fraction -> {});
    }

    @Test
    void comparesVariantsWithFp32() throws IOException {
        Path fp32 = model("fp32.onnx", -1, 1, 0, 0, 1);
        Path nearly = model("nearly.onnx", -1, 1.01f, 0, 0, 1.01f);
        Path alwaysLeft = model("left.onnx", -1, 1, 0, 0, 0);

        Evaluator.Result result = evaluate(fp32, nearly, alwaysLeft);

        Evaluation good = result.variants().get(0);
        assertThat(good.accuracy()).isEqualTo(new Accuracy(0.9, 0.9, 1.0, 150));
        assertThat(good.sqnrDb()).isCloseTo(40.0, Offset.offset(0.01));
        Evaluation bad = result.variants().get(1);
        // Of 68 even samples among the first 135 all are right, of 15 flipped ones the 8 odd ones are.
        assertThat(bad.accuracy()).isEqualTo(new Accuracy(0.9, (68 + 8) / 150.0, 0.5, 150));
        assertThat(bad.sqnrDb()).isCloseTo(10 * Math.log10(5.0 / 2.5), Offset.offset(0.01));
        assertThat(result.reference().of(1)).isOne();
        assertThat(good.fp32Latency().p95()).isPositive();
        assertThat(good.variantLatency().p50()).isPositive();
    }

    @Test
    void evaluatesAVariantOfFixedBatch() throws IOException {
        Path fp32 = model("fp32.onnx", -1, 1, 0, 0, 1);
        Path fixed = model("fixed.onnx", 4, 1, 0, 0, 1);

        Evaluation same = evaluate(fp32, fixed).variants().get(0);

        assertThat(same.accuracy()).isEqualTo(new Accuracy(0.9, 0.9, 1.0, 150));
        assertThat(same.sqnrDb()).isInfinite();
    }

    @Test
    void countsSamplesForWhichAVariantIsUnusable() throws IOException {
        Path fp32 = model("fp32.onnx", -1, 1, 0, 0, 1);
        Path broken = model("nan.onnx", -1, Float.NaN, 0, 0, 1);

        Evaluation evaluation = evaluate(fp32, broken).variants().get(0);

        assertThat(evaluation.unusable()).isEqualTo(150);
        assertThat(evaluation.sqnrDb()).isNaN();
        assertThat(Verdict.of(evaluation, 100, LikelihoodBudget.usual(), java.util.Optional.empty())
                        .reasons())
                .containsExactly("the output is not finite for 150 of 150 samples");
    }

    @Test
    void neverChoosesAScoreThatIsNotANumber() {
        assertThat(OutputComparison.largest(new float[] {Float.NaN, 1, 3, Float.NaN}, 0, 4))
                .isEqualTo(2);
        assertThat(OutputComparison.largest(new float[] {9, 2, 2, 1}, 1, 3)).isZero();
    }

    @Test
    void refusesAnFp32ModelThatIsUnusable() throws IOException {
        Path broken = model("nan.onnx", -1, Float.NaN, 0, 0, 1);

        assertThatThrownBy(() -> evaluate(broken))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.ACTIVATION_NOT_FINITE))
                .hasMessage("the FP32 model's output 'y' is NaN for sample 0; the model or its normalization (scale,"
                        + " mean, std) is wrong");
    }

    @Test
    void passesOnWhatIsWrongWithASample() throws IOException {
        Path fp32 = model("fp32.onnx", -1, 1, 0, 0, 1);
        LabelledSamples broken = new BrokenSamples();

        assertThatThrownBy(() -> new Evaluator(MODEL, broken, 2, QUICK).evaluate(fp32, List.of(), fraction -> {}))
                .isInstanceOf(QuantizerException.class)
                .hasMessage("sample 1 is broken");
    }

    private static final class BrokenSamples implements LabelledSamples {
        private final LabelledSamples whole = new TinySamples(values(2), labels(2));

        @Override
        public int size() {
            return 2;
        }

        @Override
        public int label(int sample) {
            return 0;
        }

        @Override
        public String name(int sample) {
            return whole.name(sample);
        }

        @Override
        public byte[] compact(int sample, String inputName) {
            return whole.compact(sample, inputName);
        }

        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            if (sample == 1) {
                throw new QuantizerException(ReasonCode.DATASET_INVALID, "sample 1 is broken");
            }
            whole.fill(sample, inputName, target);
        }

        @Override
        public void close() {}
    }

    @Test
    void tellsHowFarItIs() throws IOException {
        Path fp32 = model("fp32.onnx", -1, 1, 0, 0, 1);
        List<Double> seen = new ArrayList<>();

        new Evaluator(MODEL, samples, 1, QUICK).evaluate(fp32, List.of(fp32), seen::add);

        assertThat(seen).isSorted().hasSizeGreaterThan(3).endsWith(1.0);
    }

    @Test
    void stopsWhereItIsToldToStop() throws IOException {
        Path fp32 = model("fp32.onnx", -1, 1, 0, 0, 1);
        QuantizerException stop = new QuantizerException(ReasonCode.CANCELLED, "stop");

        assertThatThrownBy(() -> new Evaluator(MODEL, samples, 1, QUICK).evaluate(fp32, List.of(), fraction -> {
                    throw stop;
                }))
                .isSameAs(stop);
    }
}
