package io.quantfleet.quantizer.technique;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.InputChannels;
import io.quantfleet.quantizer.prepare.OutputChannels;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes the channels between two layers alike in size, by dividing each channel of the first and multiplying what the
 * second does with it, so that one scale fits all of them. Nagel et al. 2019, <em>Data-Free Quantization Through Weight
 * Equalization and Bias Correction</em>, section 4.1.
 *
 * <p>Beyond the paper: where weights have a scale for each channel, it is the activations that are made alike, for which
 * their sizes are seen on samples. And a channel before a Clip such as Relu6 is enlarged only as far as none of its values
 * reaches the bound, so that the function stays what it was; replacing the Clip is {@link UnboundClips}'s business.
 */
public final class CrossLayerEqualization {
    /** The name in reports. */
    public static final String NAME = "cross-layer-equalization";

    private static final int ROUNDS = 20;
    private static final double SETTLED = 1e-3;
    private static final double LARGEST_FACTOR = 1e4;

    /** A channel is enlarged only so far that what was seen stays this share below the bound. */
    private static final double HEADROOM = 0.95;

    private final Graph graph;
    private final Balance balance;
    private final Map<LayerPair, ChannelExtremes> seen;
    private final Map<LayerPair, double[]> factors = new LinkedHashMap<>();
    private final Map<String, float[]> weights = new HashMap<>();

    /** What is made alike. */
    public enum Balance {
        /** The weights of both layers, as in the paper: for one scale for each weight. */
        WEIGHTS,
        /** The activations between them and the weights that read them: for a scale for each channel of a weight. */
        ACTIVATIONS
    }

    private CrossLayerEqualization(Graph graph, Balance balance, Map<LayerPair, ChannelExtremes> seen) {
        this.graph = graph;
        this.balance = balance;
        this.seen = seen;
    }

    /** Equalizes all pairs of layers. */
    public static Treatment apply(PreparedModel model, Balance balance, SampleSource samples, int threads) {
        Graph graph = model.model().graph();
        List<LayerPair> pairs = LayerPair.of(graph, model.facts());
        if (pairs.isEmpty()) {
            return new Treatment(model, List.of());
        }
        CrossLayerEqualization equalization =
                new CrossLayerEqualization(graph, balance, extremes(model, pairs, samples, threads));
        pairs.forEach(pair ->
                equalization.factors.put(pair, ones(equalization.seen.getOrDefault(pair, new ChannelExtremes(0)))));
        double change = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS && change > SETTLED; round++) {
            change = equalization.round(pairs);
        }
        List<Finding> findings = new ArrayList<>();
        pairs.forEach(pair -> equalization.write(pair, findings));
        return findings.isEmpty()
                ? new Treatment(model, List.of())
                : new Treatment(model.rewritten(graph, samples), findings);
    }

    private static double[] ones(ChannelExtremes seen) {
        double[] ones = new double[seen.channels()];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** The extremes of what each first layer makes, before its bound. */
    static Map<LayerPair, ChannelExtremes> extremes(
            PreparedModel model, List<LayerPair> pairs, SampleSource samples, int threads) {
        Watch watch = new Watch(model.model());
        Map<LayerPair, String> lows = new LinkedHashMap<>();
        Map<LayerPair, String> highs = new LinkedHashMap<>();
        Map<LayerPair, ChannelExtremes> seen = new LinkedHashMap<>();
        Graph graph = model.model().graph();
        for (LayerPair pair : pairs) {
            String tensor = pair.first().output();
            int rank = model.facts().rank(tensor).orElse(0);
            if (rank >= 2) {
                lows.put(pair, watch.leastOfEach(tensor, rank, 1));
                highs.put(pair, watch.greatestOfEach(tensor, rank, 1));
                OutputChannels channels = OutputChannels.of(pair.first(), LayerPair.weight(graph, pair.first()));
                seen.put(pair, new ChannelExtremes(channels.count()));
            }
        }
        watch.run(
                samples,
                threads,
                batch -> seen.forEach((pair, extremes) -> extremes.include(
                        batch.output(lows.getOrDefault(pair, "")).floats(),
                        batch.output(highs.getOrDefault(pair, "")).floats())));
        return seen;
    }

    // One round over all pairs; how much the factors changed at most, as a logarithm.
    private double round(List<LayerPair> pairs) {
        double change = 0;
        for (LayerPair pair : pairs) {
            double[] all = factors.getOrDefault(pair, new double[0]);
            double[] made = sizesMade(pair);
            double[] read = sizesRead(pair);
            for (int i = 0; i < all.length; i++) {
                double wanted = made[i] > 0 && read[i] > 0 ? Math.sqrt(made[i] / read[i]) : 1;
                double factor = allowed(pair, i, all[i] * wanted);
                change = Math.max(change, Math.abs(Math.log(factor / all[i])));
                all[i] = factor;
            }
        }
        return change;
    }

    private double allowed(LayerPair pair, int channel, double wanted) {
        double factor = Math.max(1 / LARGEST_FACTOR, Math.min(LARGEST_FACTOR, wanted));
        float ceiling = pair.ceiling(graph);
        if (Float.isInfinite(ceiling)) {
            return factor;
        }
        double greatest = seen.getOrDefault(pair, new ChannelExtremes(0)).greatest(channel);
        if (greatest >= ceiling * HEADROOM) {
            return 1;
        }
        return Math.max(factor, greatest / (ceiling * HEADROOM));
    }

    // The size of each channel that the first layer makes, with all factors as they are now.
    private double[] sizesMade(LayerPair pair) {
        double[] own = factors.getOrDefault(pair, new double[0]);
        double[] sizes = new double[own.length];
        if (balance == Balance.ACTIVATIONS) {
            ChannelExtremes extremes = seen.getOrDefault(pair, new ChannelExtremes(0));
            boolean positive = pair.bound().isPresent();
            for (int i = 0; i < sizes.length; i++) {
                double size = positive ? Math.max(0, extremes.greatest(i)) : extremes.magnitude(i);
                sizes[i] = Math.min(size, pair.ceiling(graph)) / own[i];
            }
            return sizes;
        }
        double[] before = factorsInto(pair.first());
        float[] values = values(pair.first());
        TensorProto weight = LayerPair.weight(graph, pair.first());
        OutputChannels made = OutputChannels.of(pair.first(), weight);
        InputChannels read = InputChannels.of(pair.first(), weight);
        for (int i = 0; i < values.length; i++) {
            double factor = before.length == 0 ? 1 : before[read.ofElement(i)];
            int channel = made.ofElement(i);
            sizes[channel] = Math.max(sizes[channel], Math.abs(values[i]) * factor / own[channel]);
        }
        return sizes;
    }

    // The size of what the second layer multiplies each channel with.
    private double[] sizesRead(LayerPair pair) {
        double[] own = factors.getOrDefault(pair, new double[0]);
        double[] sizes = new double[own.length];
        if (balance == Balance.ACTIVATIONS && pair.depthwise(graph)) {
            // Each channel has a scale of its own there.
            Arrays.fill(sizes, 1);
            return normalized(sizes, pair);
        }
        double[] after = factorsOutOf(pair.second());
        float[] values = values(pair.second());
        TensorProto weight = LayerPair.weight(graph, pair.second());
        OutputChannels made = OutputChannels.of(pair.second(), weight);
        InputChannels read = InputChannels.of(pair.second(), weight);
        double[] rows = new double[made.count()];
        for (int i = 0; i < values.length; i++) {
            int row = made.ofElement(i);
            rows[row] = Math.max(rows[row], Math.abs(values[i]) * own[read.ofElement(i)]);
        }
        for (int i = 0; i < values.length; i++) {
            int channel = read.ofElement(i);
            int row = made.ofElement(i);
            double size = Math.abs(values[i]) * own[channel];
            // Where rows have scales of their own, what counts is an element's share of its row.
            double scaled = balance == Balance.ACTIVATIONS
                    ? (rows[row] > 0 ? size / rows[row] : 0)
                    : size / (after.length == 0 ? 1 : after[row]);
            sizes[channel] = Math.max(sizes[channel], scaled);
        }
        return sizes;
    }

    // A depthwise layer does not care: the channels become as large as their median.
    private double[] normalized(double[] sizes, LayerPair pair) {
        double[] made = sizesMade(pair);
        double[] sorted = Arrays.stream(made).filter(size -> size > 0).sorted().toArray();
        double median = sorted.length == 0 ? 1 : sorted[sorted.length / 2];
        for (int i = 0; i < sizes.length; i++) {
            // The factor is the root of made over read: this makes it made over the median.
            sizes[i] = made[i] > 0 ? median * median / made[i] : 1;
        }
        return sizes;
    }

    private double[] factorsInto(Node layer) {
        return factors.entrySet().stream()
                .filter(entry -> entry.getKey().second() == layer)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> new double[0]);
    }

    private double[] factorsOutOf(Node layer) {
        return factors.entrySet().stream()
                .filter(entry -> entry.getKey().first() == layer)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> new double[0]);
    }

    private float[] values(Node layer) {
        return weights.computeIfAbsent(layer.inputs().get(1), name -> Tensors.floats(LayerPair.weight(graph, layer)));
    }

    private void write(LayerPair pair, List<Finding> findings) {
        double[] all = factors.getOrDefault(pair, new double[0]);
        double least = Arrays.stream(all).min().orElse(1);
        double greatest = Arrays.stream(all).max().orElse(1);
        if (greatest / least < 1.05) {
            return;
        }
        ChannelScaling channels = ChannelScaling.of(graph);
        channels.divideOutputs(pair.first(), all);
        channels.multiplyInputs(pair.second(), all);
        findings.add(new Finding(
                NAME,
                pair.first().label(),
                String.format(
                        Locale.ROOT,
                        "channels that differed in size were made alike for %s, by factors from %.3g to %.3g",
                        pair.second().label(),
                        1 / greatest,
                        1 / least)));
    }
}
