package io.quantfleet.controlplane.telemetry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The population stability index of two histograms, the sum of (p - q) ln(p / q) over their bins: 0 where they are alike.
 * Below 0.1 is taken for no shift and above 0.25 for a large one: N. Siddiqi, Credit Risk Scorecards (2006), chapter 8.
 * Of two samples of n and m from one distribution with B bins about (B - 1)(1/n + 1/m) is expected by chance alone.
 */
final class StabilityIndex {
    /** Half an observation in each bin of either: an empty bin is rare, not impossible. */
    private static final double PRIOR = 0.5;

    private StabilityIndex() {}

    /** Of predicted classes; classes that are not told apart in both are one bin. */
    static double ofClasses(Distributions expected, Distributions actual) {
        Set<Integer> labels = new TreeSet<>(expected.classes().keySet());
        labels.addAll(actual.classes().keySet());
        double[] before = counts(expected.classes(), labels, expected.others());
        double[] now = counts(actual.classes(), labels, actual.others());
        return between(before, now);
    }

    /** Of confidences. */
    static double ofConfidences(Distributions expected, Distributions actual) {
        return between(bins(expected.confidences()), bins(actual.confidences()));
    }

    private static double[] counts(Map<Integer, Long> classes, Set<Integer> labels, long others) {
        return IntStream.concat(labels.stream().mapToInt(label -> label), IntStream.of(Integer.MIN_VALUE))
                .mapToDouble(label -> label == Integer.MIN_VALUE ? others : classes.getOrDefault(label, 0L))
                .toArray();
    }

    private static double[] bins(List<Long> confidences) {
        return IntStream.range(0, Distributions.BINS)
                .mapToDouble(bin -> bin < confidences.size() ? confidences.get(bin) : 0)
                .toArray();
    }

    /** Bins that are empty in both say nothing. */
    private static double between(double[] expected, double[] actual) {
        int[] used = IntStream.range(0, expected.length)
                .filter(bin -> expected[bin] + actual[bin] > 0)
                .toArray();
        double before =
                IntStream.of(used).mapToDouble(bin -> expected[bin] + PRIOR).sum();
        double now = IntStream.of(used).mapToDouble(bin -> actual[bin] + PRIOR).sum();
        return IntStream.of(used)
                .mapToDouble(bin -> {
                    double p = (actual[bin] + PRIOR) / now;
                    double q = (expected[bin] + PRIOR) / before;
                    return (p - q) * Math.log(p / q);
                })
                .sum();
    }
}
