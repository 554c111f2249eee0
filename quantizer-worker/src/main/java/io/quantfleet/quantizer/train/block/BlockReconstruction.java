package io.quantfleet.quantizer.train.block;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.LearnedWeight;
import io.quantfleet.quantizer.rounding.Layer;
import io.quantfleet.quantizer.train.TrainingEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Learns the rounding of all layers of a block together, so that the block gives what FP32's gives: Li et al. 2021,
 * <em>BRECQ: Pushing the Limit of Post-Training Quantization by Block Reconstruction</em>, sections 3.2 and 3.3, with the squared
 * error of the block's output. Activations are quantized inside the block as the variant has it, and a block is given what the
 * blocks before it, rounded as learned, give. Scales stay as they are. Runs on PyTorch.
 *
 * <p>Of a block, inputs and outputs of as many samples are kept as {@link Settings#memoryBytes} hold; an eighth of them is not
 * learned from, and tells whether a block gained. Deterministic as long as the time is
 * enough: one thread, and a seed.
 */
public final class BlockReconstruction {
    /** The name in reports. */
    public static final String NAME = "block-reconstruction";

    private final PreparedModel prepared;
    private final SampleSource samples;
    private final Settings settings;
    private final ProgressListener listener;

    /**
     * How long it learns, and from how much.
     *
     * @param iterations steps for each block
     * @param time what all blocks may take; those that are not begun by then stay as they are
     * @param batch samples in a step
     * @param memoryBytes what the inputs and outputs of a block may take
     * @param pressure how much the regulariser of a weight, at most 1, counts against the error that rounding to nearest adds to a
     *     block, which is 1, too
     * @param rate how far a variable moves in a step, about
     * @param seed settles which samples are in a step
     */
    public record Settings(
            int iterations, Duration time, int batch, long memoryBytes, double pressure, double rate, long seed) {

        /** What suits most models. */
        public static Settings usual(Duration time, long seed) {
            return new Settings(200, time, 16, 256L << 20, 1, 0.03, seed);
        }
    }

    /**
     * What one block gained, on samples that were not learned from.
     *
     * @param block the tensor that it gives
     * @param layers how many it has
     * @param before the squared error of what it gives for a sample, as the variant was rounded
     * @param learned the same as learned
     */
    public record Gain(String block, int layers, double before, double learned) {

        /** By how much the error fell, in decibels; below zero if it rose. */
        public double decibels() {
            return 10 * Math.log10(Math.max(before, Float.MIN_NORMAL) / Math.max(learned, Float.MIN_NORMAL));
        }
    }

    /**
     * What was learned.
     *
     * @param weights by layer, those of blocks that gained
     * @param gains of all blocks that there was time for
     * @param blocks how many there are
     */
    public record Learned(Map<String, LearnedWeight> weights, List<Gain> gains, int blocks) {
        public Learned {
            weights = Map.copyOf(weights);
            gains = List.copyOf(gains);
        }
    }

    /** @param listener hears of each few steps; it stops the learning by throwing */
    public BlockReconstruction(
            PreparedModel prepared, SampleSource samples, Settings settings, ProgressListener listener) {
        this.prepared = prepared;
        this.samples = samples;
        this.settings = settings;
        this.listener = listener;
    }

    /**
     * Learns.
     *
     * @param variant with weights rounded in whatever way
     * @param greatest the greatest magnitude of its weights' integers
     * @throws io.quantfleet.quantizer.QuantizerException if this process can't train, or an operator can't be trained through
     */
    public Learned learn(OnnxModel variant, int greatest) {
        TrainingEngine.load(1);
        Graph fp32 = prepared.model().graph();
        Graph current = variant.graph();
        List<Block> blocks = Block.of(fp32, current, Layer.all(fp32, QuantizedGraph.of(variant), greatest));
        Map<String, LearnedWeight> learned = new LinkedHashMap<>();
        List<Gain> gains = new ArrayList<>();
        long start = System.nanoTime();
        for (Block block : blocks) {
            if (System.nanoTime() - start > settings.time().toNanos()) {
                break;
            }
            int done = gains.size();
            OnnxModel model = variant.withGraph(current);
            try (BlockLearning learning =
                    new BlockLearning(block, model, prepared, samples, settings, settings.seed() * 31 + done)) {
                learning.run(fraction -> listener.progressed((done + fraction) / blocks.size()));
                Gain gain = learning.gain();
                gains.add(gain);
                if (gain.learned() < gain.before()) {
                    learning.weights().forEach((layer, weight) -> {
                        learned.put(layer.node().label(), weight);
                        current.setInitializer(weight.stored(
                                current.initializer(layer.integers()).orElseThrow()));
                    });
                }
            }
        }
        return new Learned(learned, gains, blocks.size());
    }
}
