package io.quantfleet.quantizer.evaluate;

import java.util.Arrays;

/**
 * How long one inference takes, at batch 1 with one thread.
 *
 * @param p50 the median, in milliseconds
 * @param p95 what 95 % of the runs stay within, in milliseconds
 */
public record Latency(double p50, double p95) {
    private static final double NANOS_PER_MILLI = 1e6;

    public Latency {
        if (!(p50 >= 0 && p95 >= p50)) {
            throw new IllegalArgumentException("p50 of " + p50 + " and p95 of " + p95 + " are no quantiles");
        }
    }

    /** The quantiles of some runs, given in nanoseconds. */
    static Latency ofNanos(long[] runs) {
        long[] sorted = runs.clone();
        Arrays.sort(sorted);
        return new Latency(quantile(sorted, 0.50), quantile(sorted, 0.95));
    }

    // The smallest run that at least this fraction of all runs does not exceed.
    private static double quantile(long[] sorted, double fraction) {
        return sorted[(int) Math.ceil(fraction * sorted.length) - 1] / NANOS_PER_MILLI;
    }
}
