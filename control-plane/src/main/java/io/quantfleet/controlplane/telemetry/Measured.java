package io.quantfleet.controlplane.telemetry;

import io.quantfleet.protocols.v1.ErrorKind;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Figures as REST shows them.
 *
 * @param inferences that succeeded
 * @param requests of them, those that programs on the devices asked for
 * @param latencyMs by percentile, milliseconds, each at most 0.8 % too high; empty where nothing was measured
 * @param probe answers on the probe set
 * @param feedback answers whose true labels came
 * @param errorsByKind of agents that tell them apart
 */
record Measured(
        long windows,
        long inferences,
        long requests,
        long errors,
        Map<String, Double> latencyMs,
        Share probe,
        Share feedback,
        Map<String, Long> errorsByKind) {
    private static final double MICROS_PER_MILLI = 1000;
    private static final String KIND = "ERROR_KIND_";

    static Measured of(Figures figures, List<Double> percentiles) {
        Counts counts = figures.counts();
        Map<String, Double> latency = new TreeMap<>();
        for (double percentile : percentiles) {
            OptionalDouble micros = figures.latency().percentile(percentile);
            micros.ifPresent(value -> latency.put(name(percentile), value / MICROS_PER_MILLI));
        }
        Map<String, Long> errors = new TreeMap<>();
        figures.distributions().errors().forEach((kind, count) -> errors.merge(name(kind), count, Long::sum));
        return new Measured(
                counts.windows(),
                counts.inferences(),
                counts.requests(),
                counts.errors(),
                latency,
                Share.of(counts.right(), counts.wrong()),
                Share.of(counts.feedbackRight(), counts.feedbackWrong()),
                errors);
    }

    private static String name(double percentile) {
        return percentile == Math.rint(percentile) ? "p" + Math.round(percentile) : "p" + percentile;
    }

    private static String name(ErrorKind kind) {
        return kind == ErrorKind.UNRECOGNIZED || kind == ErrorKind.ERROR_KIND_UNSPECIFIED
                ? "OTHER"
                : kind.name().substring(KIND.length());
    }
}
