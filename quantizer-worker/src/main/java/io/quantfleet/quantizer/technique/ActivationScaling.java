package io.quantfleet.quantizer.technique;

import io.quantfleet.quantizer.onnx.ChangedTensors;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Makes weights that meet large activations larger before they are rounded, and the activations smaller by as much (Lin et
 * al. 2023, <i>AWQ</i>, § 3.2): a weight's step stays what it was, so that what it is off by counts for less. A channel's
 * factor is a power of its mean magnitude, and the power is that of least error among twenty. What divides is the scale of
 * the norm before the layers, or the matrix that makes one side of a product before them, as in a gated feed-forward part:
 * it costs nothing at run time. Stateless but for the graph that it rewrites; for use by one thread.
 */
public final class ActivationScaling {
    /** Its name in reports. */
    public static final String NAME = "activation-scaling";

    private static final int POWERS = 20;
    private static final double LEAST = 1e-4;

    private final ChannelScaling channels;
    private final Magnitudes magnitudes;
    private final Loss loss;
    private final List<Finding> findings = new ArrayList<>();

    /** How large the channels of a tensor are. */
    @FunctionalInterface
    public interface Magnitudes {
        /** One number for each channel, in any unit. */
        float[] of(String tensor);
    }

    /** What a layer loses by being quantized. */
    @FunctionalInterface
    public interface Loss {
        /** The squared error of a layer's output by the factors that its input's channels are divided by, and its weights multiplied. */
        ToDoubleFunction<double[]> of(Node layer);
    }

    private ActivationScaling(ChannelScaling channels, Magnitudes magnitudes, Loss loss) {
        this.channels = channels;
        this.magnitudes = magnitudes;
        this.loss = loss;
    }

    /** The tensors that {@link #apply} may divide, with how many channels each has, in the order of the graph. */
    public static Map<String, Integer> tensors(Graph graph) {
        Map<String, Integer> tensors = new LinkedHashMap<>();
        ScaledReaders.of(graph).forEach(place -> tensors.put(place.tensor(), place.channels()));
        return tensors;
    }

    /**
     * Scales.
     *
     * @param tensors makes the tensors that the graph has afterwards
     * @param magnitudes asked in the order of the graph
     * @param loss asked for the layers that read a tensor after its magnitudes
     * @return what was done; empty if nothing was
     */
    public static List<Finding> apply(Graph graph, ChangedTensors tensors, Magnitudes magnitudes, Loss loss) {
        List<ScaledReaders> places = ScaledReaders.of(graph);
        ActivationScaling scaling = new ActivationScaling(new ChannelScaling(graph, tensors), magnitudes, loss);
        // All factors are found before the graph changes: losses are those of the model that samples were run through.
        Map<ScaledReaders, double[]> factors = new LinkedHashMap<>();
        places.forEach(place -> factors.put(place, scaling.best(place)));
        factors.forEach(scaling::scale);
        return scaling.findings;
    }

    private double[] best(ScaledReaders place) {
        float[] sizes = magnitudes.of(place.tensor());
        List<ToDoubleFunction<double[]>> losses =
                place.layers().stream().map(loss::of).toList();
        double[] best = {};
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < POWERS; i++) {
            double[] factors = factors(sizes, (double) i / POWERS);
            double sum = losses.stream()
                    .mapToDouble(each -> each.applyAsDouble(factors))
                    .sum();
            if (sum < least) {
                least = sum;
                best = factors;
            }
        }
        return best;
    }

    // Around one, so that nothing else in the model changes its size.
    private static double[] factors(float[] sizes, double power) {
        double[] factors = new double[sizes.length];
        double mean = 0;
        for (float size : sizes) {
            mean += (double) size / sizes.length;
        }
        for (int i = 0; i < factors.length; i++) {
            factors[i] = Math.max(LEAST, Math.pow(sizes[i] / Math.max(mean, Double.MIN_NORMAL), power));
        }
        double middle = Math.sqrt(Arrays.stream(factors).max().orElse(1)
                * Arrays.stream(factors).min().orElse(1));
        return Arrays.stream(factors).map(factor -> factor / middle).toArray();
    }

    private void scale(ScaledReaders place, double[] factors) {
        if (Arrays.stream(factors).allMatch(factor -> factor == 1)) {
            return;
        }
        place.maker().ifPresent(maker -> channels.divideOutputs(maker, factors));
        place.vectors().forEach(vector -> channels.divide(vector, factors, "_scaled"));
        place.layers().forEach(layer -> channels.multiplyInputs(layer, factors));
        double[] sorted = factors.clone();
        Arrays.sort(sorted);
        findings.add(new Finding(
                NAME,
                place.tensor(),
                String.format(
                        Locale.ROOT,
                        "channels were divided by %.3g to %.3g, in the middle by %.3g, and the weights that read them"
                                + " multiplied, in %s",
                        sorted[0],
                        sorted[sorted.length - 1],
                        sorted[sorted.length / 2],
                        place.layers().size() == 1
                                ? place.layers().get(0).label()
                                : place.layers().size() + " matrices")));
    }
}
