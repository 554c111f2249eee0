package io.quantfleet.controlplane.telemetry;

import java.util.List;
import java.util.OptionalDouble;

/** Percentiles over many histograms, by merging them. */
public final class MergedLatency {
    private static final double P95 = 95;

    private MergedLatency() {}

    /**
     * The 95th percentile in microseconds; empty if nothing was recorded.
     *
     * @param encoded HdrHistograms in the compressed encoding V2
     */
    public static OptionalDouble p95Micros(List<byte[]> encoded) {
        return encoded.stream()
                .map(LatencyHistogram::decode)
                .reduce(LatencyHistogram::plus)
                .map(sum -> sum.percentile(P95))
                .orElse(OptionalDouble.empty());
    }
}
