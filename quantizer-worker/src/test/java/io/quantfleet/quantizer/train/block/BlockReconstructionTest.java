package io.quantfleet.quantizer.train.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.rounding.Layer;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.target.ProfileReader;
import io.quantfleet.quantizer.train.TrainingEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockReconstructionTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(64, 4 * 6 * 6);
    private static final Duration LONG = Duration.ofHours(1);
    private static final BlockReconstruction.Settings SHORT =
            new BlockReconstruction.Settings(300, LONG, 16, 1 << 24, 1, 0.02, 1);

    private final PreparedModel prepared = PreparedModel.of(OnnxModel.of(model().proto()), SAMPLES, Map.of(), false);
    private final Calibration calibration =
            new Calibration(new Calibrator(1, 8), prepared, SAMPLES, ProgressListener.NONE);
    private final Recipe recipe = Recipe.of(new ProfileReader().read("""
            name: npu4
            title: NPU with 4-bit weights
            runtime: qnn
            weights: {type: int4, symmetric: true, perChannel: [Conv, Gemm]}
            activations: {type: uint8, symmetric: false}
            operators: all
            """, "npu4.yaml"), RangeChoice.of(new MinMax()));

    // A residual unit of two layers, and two more in a row; a mask that no layer makes is added to the unit.
    private static TinyModel model() {
        return TinyModel.opset(17)
                .input("x", -1, 4, 6, 6)
                .output("y", -1, 3)
                .weights("w0", 0.4, 4, 4, 1, 1)
                .weights("w1", 0.3, 4, 4, 3, 3)
                .weights("w2", 0.3, 4, 4, 1, 1)
                .weights("w3", 0.3, 6, 4, 3, 3)
                .weights("w4", 0.3, 3, 6)
                .node("Conv", List.of("x", "w0"), "c0")
                .node("Conv", List.of("c0", "w1"), "c1", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Relu", List.of("c1"), "r1")
                .node("Conv", List.of("r1", "w2"), "c2")
                .node("Add", List.of("c2", "c0"), "a")
                .node("Sigmoid", List.of("x"), "mask")
                .node("Mul", List.of("a", "mask"), "m")
                .node("Conv", List.of("m", "w3"), "c3")
                .node("Relu", List.of("c3"), "r3")
                .node("GlobalAveragePool", List.of("r3"), "p")
                .node("Flatten", List.of("p"), "f")
                .node("Gemm", List.of("f", "w4"), "y", Attribute.of("transB", 1));
    }

    private OnnxModel variant(Recipe with) {
        return new StaticQuantizer(new Calibrator(1, 8))
                .quantize(calibration, with)
                .model();
    }

    private List<Layer> layers(OnnxModel variant) {
        return Layer.all(prepared.model().graph(), QuantizedGraph.of(variant), 7);
    }

    private BlockReconstruction.Learned learn(BlockReconstruction.Settings settings, ProgressListener listener) {
        return new BlockReconstruction(prepared, SAMPLES, settings, listener)
                .learn(variant(recipe), recipe.greatestWeight());
    }

    @Test
    void cutsWhereOneTensorAloneCarriesWhatLayersMade() {
        OnnxModel variant = variant(recipe);
        List<Block> blocks = Block.of(prepared.model().graph(), variant.graph(), layers(variant));
        assertThat(blocks).extracting(block -> block.output().tensor()).containsExactly("a", "y");
        assertThat(blocks).extracting(block -> block.layers().size()).containsExactly(3, 2);
    }

    @Test
    void learnsEveryBlockAndFollowsFloatsMoreCloselyThanRoundingToNearest() {
        BlockReconstruction.Learned learned = learn(SHORT, ProgressListener.NONE);
        assertThat(learned.gains()).hasSize(2).allSatisfy(gain -> assertThat(gain.learned())
                .isLessThan(gain.before() * 0.85));
        assertThat(learned.weights()).hasSize(5);
        double nearest = noise(variant(recipe));
        assertThat(noise(variant(recipe.withLearned(learned.weights())))).isLessThan(nearest * 0.85);
    }

    @Test
    void givesTheSameIntegersForTheSameSeed() {
        var few = new BlockReconstruction.Settings(40, LONG, 16, 1 << 24, 1, 0.02, 9);
        assertThat(learn(few, ProgressListener.NONE).weights())
                .isEqualTo(learn(few, ProgressListener.NONE).weights());
    }

    @Test
    void learnsFromFewerSamplesWhereMemoryIsShort() {
        var tight = new BlockReconstruction.Settings(20, LONG, 16, 1, 1, 0.02, 1);
        assertThat(learn(tight, ProgressListener.NONE).gains()).hasSize(2);
    }

    @Test
    void leavesBlocksAsTheyAreThatThereIsNoTimeFor() {
        var hurried = new BlockReconstruction.Settings(20, Duration.ZERO, 16, 1 << 24, 1, 0.02, 1);
        BlockReconstruction.Learned learned = learn(hurried, ProgressListener.NONE);
        assertThat(learned.gains()).isEmpty();
        assertThat(learned.weights()).isEmpty();
    }

    @Test
    void stopsWhenItsListenerSaysSo() {
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> learn(SHORT, fraction -> {
                    if (fraction > 0.3) {
                        throw new QuantizerException(ReasonCode.CANCELLED, "cancelled");
                    }
                }));
    }

    @Test
    void hasTheGradientOfFiniteDifferences() {
        TrainingEngine.load(1);
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager(Device.cpu())) {
            SoftWeight weight = new SoftWeight(layers(variant(recipe)).get(1), manager);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(cost(weight));
            }
            float[] gradient = weight.variable().getGradient().toFloatArray();
            for (int index : new int[] {3, 17, 40}) {
                double difference = (nudged(weight, index, 1e-2f) - nudged(weight, index, -1e-2f)) / 2e-2;
                assertThat((double) gradient[index]).isCloseTo(difference, within(2e-3));
            }
        }
    }

    private static NDArray cost(SoftWeight weight) {
        NDArray rounding = weight.rounding();
        return weight.weight(rounding).square().sum().add(SoftWeight.cost(rounding, 4.5));
    }

    private static double nudged(SoftWeight weight, int index, float by) {
        float[] values = weight.variable().toFloatArray();
        float before = values[index];
        values[index] = before + by;
        weight.variable().set(values);
        try (NDArray sum = cost(weight)) {
            return sum.getFloat();
        } finally {
            values[index] = before;
            weight.variable().set(values);
        }
    }

    private static double noise(OnnxModel variant) {
        float[] expected = run(OnnxModel.of(model().proto()));
        float[] actual = run(variant);
        double noise = 0;
        for (int i = 0; i < expected.length; i++) {
            noise += Math.pow(expected[i] - actual[i], 2);
        }
        return noise / expected.length;
    }

    private static float[] run(OnnxModel model) {
        try (OnnxSession session = OnnxSession.open(model.serialized(), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(SAMPLES.size());
            batch.fill(SAMPLES, 0, SAMPLES.size());
            batch.run(SAMPLES.size());
            return batch.output("y").floats();
        }
    }
}
