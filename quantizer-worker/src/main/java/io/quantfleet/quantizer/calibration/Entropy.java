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
    private static final double ROUNDING = 1e-12;

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
        Sums sums = new Sums(counts);
        int best = counts.length;
        double least = Double.POSITIVE_INFINITY;
        int stride = Math.max(1, (counts.length - levels) / CANDIDATES);
        // From the widest inwards, so that of equals the one that cuts least is taken.
        for (int kept = counts.length; kept >= levels; kept -= stride) {
            double divergence = sums.divergence(kept, levels);
            if (divergence < least - ROUNDING) {
                least = divergence;
                best = kept;
            }
        }
        return best;
    }

    /** Sums up to each bin of all that a divergence adds up, so that it takes a logarithm a level, not one a bin. */
    private static final class Sums {
        private final double[] counts;
        private final double[] sums;
        /** Of each count times its logarithm. */
        private final double[] logarithms;

        private final int[] filled;

        Sums(double[] counts) {
            this.counts = counts;
            this.sums = new double[counts.length + 1];
            this.logarithms = new double[counts.length + 1];
            this.filled = new int[counts.length + 1];
            for (int i = 0; i < counts.length; i++) {
                sums[i + 1] = sums[i] + counts[i];
                logarithms[i + 1] = logarithms[i] + timesLogarithm(counts[i]);
                filled[i + 1] = filled[i] + (counts[i] > 0 ? 1 : 0);
            }
        }

        private static double timesLogarithm(double count) {
            return count > 0 ? count * Math.log(count) : 0;
        }

        /**
         * Of the real distribution, with what lies beyond {@code kept} bins in the last of them, from the one whose bins are
         * joined to levels, each level spread evenly over those of its bins that are not empty.
         */
        double divergence(int kept, int levels) {
            double total = sums[counts.length];
            double within = sums[kept];
            if (within == 0) {
                return Double.POSITIVE_INFINITY;
            }
            double beyond = total - within;
            double last = counts[kept - 1];
            double divergence = logarithms[kept] - timesLogarithm(last) + timesLogarithm(last + beyond);
            for (int level = 0; level < levels; level++) {
                int from = (int) ((long) level * kept / levels);
                int to = (int) ((long) (level + 1) * kept / levels);
                double sum = sums[to] - sums[from];
                if (sum > 0) {
                    double real = level == levels - 1 && last > 0 ? sum + beyond : sum;
                    divergence -= real * Math.log(sum / (filled[to] - filled[from]) / within);
                }
            }
            // An empty last bin still gets what lies beyond: something must stand against it.
            divergence -= last > 0 ? 0 : beyond * Math.log(LEAST_SHARE);
            return divergence / total - Math.log(total);
        }
    }
}
