package io.quantfleet.quantizer.rounding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.target.ProfileReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdaRoundTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(32, 4 * 6 * 6);
    private static final Duration LONG = Duration.ofHours(1);
    private static final AdaRound.Settings SHORT = new AdaRound.Settings(400, LONG, 128, 1024, 1 << 24, 0.01, 1);

    // An ordinary convolution with odd padding and strides, a depthwise one, one of each kind of matrix.
    private static TinyModel model() {
        return TinyModel.opset(17)
                .input("x", -1, 4, 6, 6)
                .output("y", -1, 3)
                .weights("w1", 0.5, 8, 4, 3, 3)
                .weights("b1", 0.5, 8)
                .weights("w2", 0.5, 8, 1, 3, 3)
                .weights("w3", 0.5, 10, 8, 1, 1)
                .weights("w4", 0.3, 6, 10)
                .weights("b4", 0.5, 6)
                .weights("w5", 0.3, 6, 3)
                .node(
                        "Conv",
                        List.of("x", "w1", "b1"),
                        "c1",
                        Attribute.ints("pads", 1, 0, 1, 0),
                        Attribute.ints("strides", 1, 2))
                .node("Relu", List.of("c1"), "r1")
                .node(
                        "Conv",
                        List.of("r1", "w2"),
                        "c2",
                        Attribute.of("group", 8),
                        Attribute.ints("dilations", 2, 1),
                        Attribute.ints("pads", 2, 1, 2, 1))
                .node("Relu", List.of("c2"), "r2")
                .node("Conv", List.of("r2", "w3"), "c3")
                .node("GlobalAveragePool", List.of("c3"), "p")
                .node("Flatten", List.of("p"), "f")
                .node("Gemm", List.of("f", "w4", "b4"), "g", Attribute.of("transB", 1))
                .node("MatMul", List.of("g", "w5"), "y");
    }

    private static final class Setting {
        private final PreparedModel prepared =
                PreparedModel.of(OnnxModel.of(model().proto()), SAMPLES, Map.of(), false);
        private final Calibration calibration =
                new Calibration(new Calibrator(1, 8), prepared, SAMPLES, ProgressListener.NONE);
        private final Recipe recipe =
                Recipe.of(new ProfileReader().read("""
                name: npu4
                title: NPU with 4-bit weights
                runtime: qnn
                weights: {type: int4, symmetric: true, perChannel: [Conv, Gemm]}
                activations: {type: uint8, symmetric: false}
                operators: all
                """, "npu4.yaml"), RangeChoice.of(new MinMax()));

        OnnxModel variant(Recipe with) {
            return new StaticQuantizer(new Calibrator(1, 8))
                    .quantize(calibration, with)
                    .model();
        }

        AdaRound.Learned learn(AdaRound.Settings settings, ProgressListener listener) {
            return new AdaRound(prepared, SAMPLES, settings, listener).learn(variant(recipe), recipe.greatestWeight());
        }

        Layer layer(int index) {
            var graph = prepared.model().graph();
            var quantized = QuantizedGraph.of(variant(recipe));
            return graph.sorted().stream()
                    .filter(node -> node.isLayer())
                    .skip(index)
                    .map(node -> Layer.of(node, graph, quantized, 7).orElseThrow())
                    .findFirst()
                    .orElseThrow();
        }

        double noise(OnnxModel variant, GaussianSamples samples) {
            float[] expected = Runs.of(OnnxModel.of(model().proto()), samples);
            float[] actual = Runs.of(variant, samples);
            double noise = 0;
            for (int i = 0; i < expected.length; i++) {
                noise += Math.pow(expected[i] - actual[i], 2);
            }
            return noise / expected.length;
        }
    }

    @Test
    void followsFloatsMoreCloselyThanRoundingToNearest() {
        Setting setting = new Setting();
        AdaRound.Learned learned = setting.learn(SHORT, ProgressListener.NONE);
        assertThat(learned.gains()).hasSize(5).allSatisfy(gain -> assertThat(gain.weights())
                .isPositive());
        double nearest = setting.noise(setting.variant(setting.recipe), SAMPLES);
        double better = setting.noise(setting.variant(setting.recipe.withLearned(learned.weights())), SAMPLES);
        assertThat(better).isLessThan(nearest * 0.5);
    }

    @Test
    void endsAfterTheLayerInWhichTheTimeIsUp() {
        Setting setting = new Setting();
        AtomicInteger layersBegun = new AtomicInteger();
        Duration time = Duration.ofMillis(300);
        AdaRound.Settings hurried = new AdaRound.Settings(20, time, 64, 256, 1 << 24, 0.01, 1);
        AdaRound.Learned learned = setting.learn(hurried, fraction -> {
            layersBegun.incrementAndGet();
            long since = System.nanoTime();
            await().until(() -> System.nanoTime() - since > time.toNanos());
        });
        assertThat(learned.gains()).hasSize(1);
        assertThat(learned.layers()).isEqualTo(5);
        assertThat(layersBegun).hasValue(1);
    }

    @Test
    void givesTheSameIntegersForTheSameSeed() {
        Setting setting = new Setting();
        AdaRound.Settings few = new AdaRound.Settings(40, LONG, 64, 256, 1 << 24, 0.01, 9);
        assertThat(setting.learn(few, ProgressListener.NONE).weights())
                .isEqualTo(setting.learn(few, ProgressListener.NONE).weights());
    }

    @Test
    void movesNoWeightByMoreThanOneStep() {
        Setting setting = new Setting();
        Layer layer = setting.layer(0);
        Rounding rounding = new Rounding(layer);
        Reconstruction reconstruction = new Reconstruction(layer);
        HostTensor weights = reconstruction.weights();
        float[] gradient = new float[layer.size()];
        Arrays.fill(gradient, 1);
        for (int step = 0; step < 2000; step++) {
            rounding.soft(weights);
            rounding.step(gradient, 1, 0, 2, 0.01);
        }
        rounding.hard(weights);
        float[] down = weights.floats();
        float[] real = Tensors.floats(layer.weight());
        for (int i = 0; i < down.length; i++) {
            assertThat(real[i] - down[i]).isBetween(-1e-5f, layer.scale(i) * 1.0001f);
        }
        assertThat(rounding.turned()).isPositive();
        reconstruction.close();
    }

    @Test
    void hasTheGradientOfFiniteDifferences() {
        Setting setting = new Setting();
        for (int index = 0; index < 5; index++) {
            Layer layer = setting.layer(index);
            Patches patches = Patches.of(
                    layer,
                    setting.prepared.model(),
                    setting.variant(setting.recipe),
                    SAMPLES,
                    64,
                    1 << 24,
                    new Random(3));
            try (Reconstruction reconstruction = new Reconstruction(layer)) {
                HostTensor weights = reconstruction.weights();
                new Rounding(layer).soft(weights);
                float[] gradient = reconstruction.gradient(patches.inputs(), patches.targets(), weights);
                int some = layer.size() / 2;
                double up = nudged(reconstruction, patches, weights, some, 1e-2f);
                double down = nudged(reconstruction, patches, weights, some, -1e-2f);
                double difference = (up - down) / 2e-2;
                assertThat((double) gradient[some])
                        .as(layer.node().toString())
                        .isCloseTo(difference, within(0.02 * Math.abs(difference) + 2e-3));
            }
        }
    }

    private static double nudged(
            Reconstruction reconstruction, Patches patches, HostTensor weights, int index, float by) {
        var values = weights.data().asFloatBuffer();
        float before = values.get(index);
        values.put(index, before + by);
        double loss = reconstruction.loss(patches.inputs(), patches.targets(), weights);
        values.put(index, before);
        return loss;
    }

    @Test
    void hasALossOfNothingForExactWeightsAndInputs() {
        Setting setting = new Setting();
        for (int index = 0; index < 5; index++) {
            Layer layer = setting.layer(index);
            OnnxModel fp32 = setting.prepared.model();
            Layer exact = new Layer(
                    layer.node(),
                    layer.node().inputs().get(0),
                    layer.target(),
                    layer.lowest(),
                    layer.highest(),
                    layer.groups(),
                    layer.outputs(),
                    layer.inputs(),
                    layer.transposed(),
                    layer.weight(),
                    layer.scales(),
                    bias(layer, fp32),
                    layer.greatest(),
                    layer.integers());
            if (fp32.graph().isInput(exact.input())) {
                continue;
            }
            Patches patches = Patches.of(exact, fp32, fp32, SAMPLES, 64, 1 << 24, new Random(3));
            try (Reconstruction reconstruction = new Reconstruction(exact)) {
                HostTensor weights = reconstruction.weights();
                float[] stored = Tensors.floats(layer.weight());
                for (int i = 0; i < stored.length; i++) {
                    weights.data().asFloatBuffer().put(i, stored[layer.stored(i)]);
                }
                assertThat(reconstruction.loss(patches.inputs(), patches.targets(), weights))
                        .as(layer.node().toString())
                        .isLessThan(1e-8);
            }
        }
    }

    private static List<Float> bias(Layer layer, OnnxModel fp32) {
        List<Float> bias = new ArrayList<>(Collections.nCopies(layer.groups() * layer.outputs(), 0f));
        layer.node()
                .input(2)
                .flatMap(fp32.graph()::initializer)
                .map(Tensors::floats)
                .ifPresent(stored -> {
                    bias.clear();
                    for (float value : stored) {
                        bias.add(value);
                    }
                });
        return bias;
    }

    @Test
    void keepsFewerPlacesWhereMemoryIsShort() {
        Setting setting = new Setting();
        Layer layer = setting.layer(0);
        long bytes = 100L * layer.groups() * (layer.inputs() + layer.outputs()) * Float.BYTES;
        Patches patches = Patches.of(
                layer, setting.prepared.model(), setting.variant(setting.recipe), SAMPLES, 4096, bytes, new Random(3));
        assertThat(patches.count()).isEqualTo(100);
        assertThat((long) patches.inputs().data().limit()
                        + patches.targets().data().limit())
                .isEqualTo(bytes);
    }

    @Test
    void stopsWhenItsListenerSaysSo() {
        Setting setting = new Setting();
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> setting.learn(SHORT, fraction -> {
                    if (fraction > 0.3) {
                        throw new QuantizerException(ReasonCode.CANCELLED, "cancelled");
                    }
                }));
    }
}
