package io.quantfleet.controlplane.telemetry;

import java.util.OptionalDouble;

/** A figure of some span that can be compared with a number. */
public enum Metric {
    /** 50th percentile of latency, milliseconds. */
    LATENCY_P50_MS("latency p50", "ms"),
    /** 95th percentile of latency, milliseconds. */
    LATENCY_P95_MS("latency p95", "ms"),
    /** 99th percentile of latency, milliseconds. */
    LATENCY_P99_MS("latency p99", "ms"),
    /** The share of answers on the probe set that were right, 0 to 1. */
    ACCURACY("accuracy on the probe set", ""),
    /** The share of answers whose true label came that were right, 0 to 1. */
    FEEDBACK_ACCURACY("accuracy by feedback", ""),
    /** The share of inferences that failed, 0 to 1. */
    ERROR_SHARE("share of failing inferences", ""),
    /** The largest population stability index of predicted classes of the variants that serve. */
    DRIFT("drift of predicted classes", "");

    private static final double MICROS_PER_MILLI = 1000;

    private final String words;
    private final String unit;

    Metric(String words, String unit) {
        this.words = words;
        this.unit = unit;
    }

    /** What it is called in sentences. */
    public String words() {
        return words;
    }

    /** What its numbers are in; empty for shares and indices. */
    public String unit() {
        return unit;
    }

    /** The figure; empty if nothing was measured. Of all but drift, which needs a baseline. */
    OptionalDouble of(Figures figures) {
        Counts counts = figures.counts();
        return switch (this) {
            case LATENCY_P50_MS -> latency(figures, 50);
            case LATENCY_P95_MS -> latency(figures, 95);
            case LATENCY_P99_MS -> latency(figures, 99);
            case ACCURACY -> share(counts.right(), counts.right() + counts.wrong());
            case FEEDBACK_ACCURACY -> share(counts.feedbackRight(), counts.feedbackRight() + counts.feedbackWrong());
            case ERROR_SHARE -> share(counts.errors(), counts.errors() + counts.inferences());
            case DRIFT -> OptionalDouble.empty();
        };
    }

    private static OptionalDouble latency(Figures figures, double percentile) {
        OptionalDouble micros = figures.latency().percentile(percentile);
        return micros.isPresent() ? OptionalDouble.of(micros.getAsDouble() / MICROS_PER_MILLI) : micros;
    }

    private static OptionalDouble share(long part, long whole) {
        return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
    }
}
