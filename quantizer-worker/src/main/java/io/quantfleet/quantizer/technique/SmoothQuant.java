package io.quantfleet.quantizer.technique;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.InputChannels;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.prepare.TensorFacts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Takes outlier channels from activations to weights: what a LayerNormalization (or any stored factor) makes is divided
 * channel by channel, in its own stored vectors, and the rows of the matrices that read it are multiplied. One range then
 * suits all channels. The factor of a channel is its largest activation to the power of a strength, over the largest weight
 * that reads it to the power of one less the strength: Xiao et al. 2023, <em>SmoothQuant: Accurate and Efficient
 * Post-Training Quantization for Large Language Models</em>, section 4.
 */
public final class SmoothQuant {
    /** The name in reports. */
    public static final String NAME = "smooth-quant";

    private static final double LARGEST_FACTOR = 1e4;

    /** Channels that differ by less than this are alike already. */
    private static final double WORTHWHILE = 1.5;

    private final Graph graph;
    private final double strength;
    private final List<Finding> findings = new ArrayList<>();

    private SmoothQuant(Graph graph, double strength) {
        this.graph = graph;
        this.strength = strength;
    }

    /**
     * Treats all places of a model.
     *
     * @param strength how much of the difference goes to the weights, 0 to 1; 0.5 shares it
     * @param withResiduals whether what others than layers read is treated too: they get it back through a Mul, which
     *     takes time
     */
    public static Treatment apply(
            PreparedModel model, double strength, boolean withResiduals, SampleSource samples, int threads) {
        Graph graph = model.model().graph();
        List<NormReaders> places = places(graph, model.facts())
                .filter(place -> withResiduals || place.others().isEmpty())
                .toList();
        if (places.isEmpty()) {
            return new Treatment(model, List.of());
        }
        Map<NormReaders, ChannelExtremes> seen = extremes(model, places, samples, threads);
        SmoothQuant smoothing = new SmoothQuant(graph, strength);
        seen.forEach(smoothing::smooth);
        return smoothing.findings.isEmpty()
                ? new Treatment(model, List.of())
                : new Treatment(model.rewritten(graph, samples), smoothing.findings);
    }

    /** Whether there is a place that others than layers read. */
    public static boolean hasResiduals(PreparedModel model) {
        return places(model.model().graph(), model.facts())
                .anyMatch(place -> !place.others().isEmpty());
    }

    // Those with an axis beside that of the channels, over which extremes are taken.
    private static Stream<NormReaders> places(Graph graph, TensorFacts facts) {
        return NormReaders.of(graph).stream().filter(place -> rank(facts, place) >= 2);
    }

    private static int rank(TensorFacts facts, NormReaders place) {
        return facts.rank(place.tensor()).orElse(0);
    }

    private static Map<NormReaders, ChannelExtremes> extremes(
            PreparedModel model, List<NormReaders> places, SampleSource samples, int threads) {
        Watch watch = new Watch(model.model());
        Map<NormReaders, List<String>> watched = new LinkedHashMap<>();
        Map<NormReaders, ChannelExtremes> seen = new LinkedHashMap<>();
        for (NormReaders place : places) {
            int rank = rank(model.facts(), place);
            watched.put(
                    place,
                    List.of(
                            watch.leastOfEach(place.tensor(), rank, rank - 1),
                            watch.greatestOfEach(place.tensor(), rank, rank - 1)));
            seen.put(place, new ChannelExtremes(place.channels()));
        }
        watch.run(
                samples,
                threads,
                batch -> watched.forEach((place, outputs) -> seen.getOrDefault(place, new ChannelExtremes(0))
                        .include(
                                batch.output(outputs.get(0)).floats(),
                                batch.output(outputs.get(1)).floats())));
        return seen;
    }

    private void smooth(NormReaders place, ChannelExtremes extremes) {
        double[] factors = factors(place, extremes);
        double least = Arrays.stream(factors).min().orElse(1);
        double greatest = Arrays.stream(factors).max().orElse(1);
        if (greatest / least < WORTHWHILE) {
            return;
        }
        ChannelScaling channels = ChannelScaling.of(graph);
        place.vectors().forEach(vector -> channels.divide(vector, factors, "_smoothed"));
        place.layers().forEach(layer -> channels.multiplyInputs(layer, factors));
        if (!place.others().isEmpty()) {
            giveBack(place, factors);
        }
        findings.add(new Finding(NAME, place.vectors().get(0).node().label(), story(place, extremes, factors)));
    }

    private double[] factors(NormReaders place, ChannelExtremes extremes) {
        double[] weights = new double[place.channels()];
        for (Node layer : place.layers()) {
            TensorProto weight = LayerPair.weight(graph, layer);
            InputChannels read = InputChannels.of(layer, weight);
            float[] values = Tensors.floats(weight);
            for (int i = 0; i < values.length; i++) {
                int channel = read.ofElement(i);
                weights[channel] = Math.max(weights[channel], Math.abs(values[i]));
            }
        }
        double[] factors = new double[place.channels()];
        for (int i = 0; i < factors.length; i++) {
            double activation = extremes.magnitude(i);
            // A channel that is always zero, or that nobody reads, stays as it is.
            factors[i] = activation > 0 && weights[i] > 0
                    ? Math.pow(activation, strength) / Math.pow(weights[i], 1 - strength)
                    : 0;
        }
        return normalized(factors);
    }

    // The median channel keeps its size: a common factor changes nothing but the numbers that people see.
    private static double[] normalized(double[] factors) {
        double[] sorted =
                Arrays.stream(factors).filter(factor -> factor > 0).sorted().toArray();
        double median = sorted.length == 0 ? 1 : sorted[sorted.length / 2];
        return Arrays.stream(factors)
                .map(factor -> factor > 0 ? Math.max(1 / LARGEST_FACTOR, Math.min(LARGEST_FACTOR, factor / median)) : 1)
                .toArray();
    }

    private void giveBack(NormReaders place, double[] factors) {
        float[] values = new float[factors.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) factors[i];
        }
        String stored = graph.freshName(place.tensor() + "_factors");
        String restored = graph.freshName(place.tensor() + "_restored");
        graph.setInitializer(Tensors.ofFloats(stored, List.of((long) values.length), values));
        graph.redirect(place.tensor(), restored, place.others()::contains);
        graph.add(Node.of(restored, "Mul", List.of(place.tensor(), stored), List.of(restored)));
    }

    private static String story(NormReaders place, ChannelExtremes extremes, double[] factors) {
        double[] magnitudes = new double[factors.length];
        int largest = 0;
        for (int i = 0; i < magnitudes.length; i++) {
            magnitudes[i] = extremes.magnitude(i);
            largest = magnitudes[i] > magnitudes[largest] ? i : largest;
        }
        double greatest = magnitudes[largest];
        Arrays.sort(magnitudes);
        return String.format(
                Locale.ROOT,
                "channel %d reaches %.4g where the median channel reaches %.4g: it was divided by %.3g here and the rows of"
                        + " %s that read it were multiplied, and all other channels alike",
                largest,
                greatest,
                magnitudes[magnitudes.length / 2],
                factors[largest],
                place.layers().size() == 1
                        ? place.layers().get(0).label()
                        : place.layers().size() + " matrices");
    }
}
