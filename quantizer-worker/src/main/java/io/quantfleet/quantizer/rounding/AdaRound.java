package io.quantfleet.quantizer.rounding;

import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.LearnedWeight;
import io.quantfleet.quantizer.runtime.HostTensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Learns, layer by layer, which way each weight is rounded: Nagel et al. 2020, <em>Up or Down? Adaptive Rounding for
 * Post-Training Quantization</em>. Each layer is given what the layers before it, rounded as learned, give, and shall give what
 * FP32 gives, its Relu or Clip included (section 3.3, asymmetric reconstruction). Scales stay as they are.
 *
 * <p>Of a layer, {@link Settings#patches} places are kept, or as many as {@link Settings#memoryBytes} hold; activations are
 * recomputed for each layer, a few samples at a time. Deterministic as long as the time is enough: everything runs on the
 * calling thread, and what is drawn at random comes from the seed.
 */
public final class AdaRound {
    /** The name in reports. */
    public static final String NAME = "adaround";

    private static final double RATE = 0.01;
    private static final double WARM_UP = 0.2;
    private static final int FIRST_BETA = 20;
    private static final int LAST_BETA = 2;
    private static final int STEPS_BETWEEN_NEWS = 25;

    private final PreparedModel prepared;
    private final SampleSource samples;
    private final Settings settings;
    private final ProgressListener listener;

    /**
     * How long it learns, and from how much.
     *
     * @param iterations steps for each layer
     * @param time what all layers may take; those that are not begun by then stay as they are
     * @param batch places in a step
     * @param patches places of each layer that are kept
     * @param memoryBytes what they may take
     * @param pressure how much the regulariser counts against a layer's error, which is 1 where rounding to nearest leaves it
     * @param seed settles which places
     */
    public record Settings(
            int iterations, Duration time, int batch, int patches, long memoryBytes, double pressure, long seed) {

        /** What suits most models. */
        public static Settings usual(Duration time, long seed) {
            return new Settings(300, time, 256, 2048, 256L << 20, 0.01, seed);
        }
    }

    /**
     * What one layer gained.
     *
     * @param layer its label
     * @param roundedDb signal over the noise of its output where it is rounded to nearest, in decibels
     * @param learnedDb the same as learned
     * @param turned how many weights go another way than to the nearest integer
     * @param weights of how many
     */
    public record Gain(String layer, double roundedDb, double learnedDb, int turned, int weights) {}

    /**
     * What was learned.
     *
     * @param weights by layer; those that did not gain are left out
     * @param gains of all layers that there was time for
     * @param layers how many there are
     */
    public record Learned(Map<String, LearnedWeight> weights, List<Gain> gains, int layers) {
        public Learned {
            weights = Map.copyOf(weights);
            gains = List.copyOf(gains);
        }
    }

    /** @param listener hears of each few steps; it stops the learning by throwing */
    public AdaRound(PreparedModel prepared, SampleSource samples, Settings settings, ProgressListener listener) {
        this.prepared = prepared;
        this.samples = samples;
        this.settings = settings;
        this.listener = listener;
    }

    /**
     * Learns.
     *
     * @param variant made of the prepared model, with weights rounded to nearest
     * @param greatest the greatest magnitude of its weights' integers
     */
    public Learned learn(OnnxModel variant, int greatest) {
        Graph fp32 = prepared.model().graph();
        QuantizedGraph quantized = QuantizedGraph.of(variant);
        List<Layer> layers = Layer.all(fp32, quantized, greatest);
        Graph current = variant.graph();
        Map<String, LearnedWeight> weights = new LinkedHashMap<>();
        List<Gain> gains = new ArrayList<>();
        long start = System.nanoTime();
        for (Layer layer : layers) {
            if (System.nanoTime() - start > settings.time().toNanos()) {
                break;
            }
            Random random = new Random(settings.seed() * 31 + gains.size());
            Patches patches = Patches.of(
                    layer,
                    prepared.model(),
                    variant.withGraph(current),
                    samples,
                    settings.patches(),
                    settings.memoryBytes(),
                    random);
            Rounding rounding = new Rounding(layer);
            Gain gain = learn(layer, patches, rounding, gains.size(), layers.size());
            gains.add(gain);
            if (gain.learnedDb() > gain.roundedDb()) {
                LearnedWeight learned = new LearnedWeight(ByteString.copyFrom(rounding.integers()), layer.scales());
                weights.put(layer.node().label(), learned);
                current.setInitializer(
                        learned.stored(current.initializer(layer.integers()).orElseThrow()));
            }
        }
        return new Learned(weights, gains, layers.size());
    }

    private Gain learn(Layer layer, Patches patches, Rounding rounding, int index, int layers) {
        try (Reconstruction reconstruction = new Reconstruction(layer)) {
            HostTensor weights = reconstruction.weights();
            rounding.nearest(weights);
            double nearest = loss(reconstruction, patches, weights);
            double factor = nearest > 0 ? layer.size() * settings.pressure() / nearest : 1;
            int batch = Math.min(settings.batch(), patches.count());
            int batches = patches.count() / batch;
            int warm = (int) (settings.iterations() * WARM_UP);
            for (int step = 0; step < settings.iterations(); step++) {
                if (step % STEPS_BETWEEN_NEWS == 0) {
                    listener.progressed((index + (double) step / settings.iterations()) / layers);
                }
                rounding.soft(weights);
                int first = step % batches * batch;
                float[] gradient =
                        reconstruction.gradient(patches.inputs(first, batch), patches.targets(first, batch), weights);
                double done = (double) (step - warm) / Math.max(1, settings.iterations() - warm);
                int beta = (int) Math.round(LAST_BETA + (FIRST_BETA - LAST_BETA) * (1 - done));
                rounding.step(gradient, factor, step < warm ? 0 : settings.pressure(), beta, RATE);
            }
            rounding.hard(weights);
            double learned = loss(reconstruction, patches, weights);
            double signal = signal(patches);
            return new Gain(
                    layer.node().label(), db(signal, nearest), db(signal, learned), rounding.turned(), layer.size());
        }
    }

    // Over all patches, a batch at a time.
    private double loss(Reconstruction reconstruction, Patches patches, HostTensor weights) {
        double sum = 0;
        int batch = Math.min(settings.batch(), patches.count());
        for (int first = 0; first < patches.count(); first += batch) {
            int size = Math.min(batch, patches.count() - first);
            sum += size * reconstruction.loss(patches.inputs(first, size), patches.targets(first, size), weights);
        }
        return sum / patches.count();
    }

    private static double signal(Patches patches) {
        double sum = 0;
        for (float value : patches.targets().floats()) {
            sum += (double) value * value;
        }
        return sum / patches.count();
    }

    private static double db(double signal, double noise) {
        return 10 * Math.log10(Math.max(signal, Float.MIN_NORMAL) / Math.max(noise, Float.MIN_NORMAL));
    }
}
