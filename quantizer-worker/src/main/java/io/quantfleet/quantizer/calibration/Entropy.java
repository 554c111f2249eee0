package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.target.IntegerType;

/**
 * The magnitude to cut at that loses least information: the one at which the distribution of the quantized values
 * diverges least from that of the real ones, by Kullback and Leibler. The method of Migacz 2017, <em>8-bit Inference
 * with TensorRT</em>. The bin at zero counts as much as its neighbour: zero is expressed exactly whatever the scale, and
 * after Relu its bin would drown all others.
 */
public record Entropy() implements RangeMethod {
    private static final int CANDIDATES = 128;
    private static final double LEAST_SHARE = 1e-9;

    @Override
    public String name() {
        return "entropy";
    }

    @Override
    public boolean needsHistogram() {
        return true;
    }

    @Override
    public Range choose(TensorStatistics seen, IntegerType type, boolean symmetric) {
        Histogram histogram = seen.histogramOrThrow();
        boolean oneSided = seen.range().min() >= 0 || seen.range().max() <= 0;
        int steps = type.greatest() - type.least() + 1;
        double[] counts = magnitudes(histogram);
        int kept = bestCut(counts, oneSided && !symmetric ? steps : steps / 2);
        return kept == counts.length ? seen.range() : seen.cutAt(kept * histogram.width());
    }

    private static double[] magnitudes(Histogram histogram) {
        int used = histogram.endBin();
        while (used > 1 && histogram.magnitudeCount(used - 1) == 0) {
            used--;
        }
        double[] counts = new double[used];
        for (int i = 0; i < used; i++) {
            counts[i] = histogram.magnitudeCount(i);
        }
        if (used > 1) {
            counts[0] = Math.min(counts[0], counts[1]);
        }
        return counts;
    }

    private static int bestCut(double[] counts, int levels) {
        int best = counts.length;
        double least = Double.POSITIVE_INFINITY;
        int stride = Math.max(1, (counts.length - levels) / CANDIDATES);
        double beyond = 0;
        // From the widest inwards, so that of equals the one that cuts least is taken.
        for (int kept = counts.length; kept >= levels; kept -= stride) {
            double divergence = divergence(counts, kept, beyond, levels);
            if (divergence < least) {
                least = divergence;
                best = kept;
            }
            for (int i = Math.max(0, kept - stride); i < kept; i++) {
                beyond += counts[i];
            }
        }
        return best;
    }

    // Of the real distribution, with what lies beyond in the last bin, from the one whose bins are joined to levels.
    private static double divergence(double[] counts, int kept, double beyond, int levels) {
        double total = beyond;
        double within = 0;
        for (int i = 0; i < kept; i++) {
            total += counts[i];
            within += counts[i];
        }
        if (within == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double divergence = 0;
        for (int level = 0; level < levels; level++) {
            int from = (int) ((long) level * kept / levels);
            int to = (int) ((long) (level + 1) * kept / levels);
            double sum = 0;
            int filled = 0;
            for (int i = from; i < to; i++) {
                sum += counts[i];
                filled += counts[i] > 0 ? 1 : 0;
            }
            double quantized = filled == 0 ? 0 : sum / filled / within;
            for (int i = from; i < to; i++) {
                double real = (counts[i] + (i == kept - 1 ? beyond : 0)) / total;
                // An empty last bin still gets what lies beyond: something must stand against it.
                double against = counts[i] > 0 ? quantized : LEAST_SHARE;
                divergence += real > 0 ? real * Math.log(real / against) : 0;
            }
        }
        return divergence;
    }
}
