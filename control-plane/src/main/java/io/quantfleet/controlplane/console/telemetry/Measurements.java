package io.quantfleet.controlplane.console.telemetry;

import io.quantfleet.controlplane.latency.LatencyHistogram;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What devices measured over some span, put together from any number of windows or roll-ups: counts are added and
 * histograms merged, so that a percentile is that of all inferences. For one thread.
 */
final class Measurements {
    private static final double MICROS_PER_MILLI = 1000;

    private final LatencyHistogram.Sum latency = new LatencyHistogram.Sum();
    private long inferences;
    private long right;
    private long wrong;
    private long errors;

    /**
     * Adds one window or roll-up.
     *
     * @param histogram HdrHistogram, compressed V2, microseconds
     * @throws IllegalArgumentException if {@code histogram} is something else
     */
    void add(byte[] histogram, Counts counts) {
        latency.add(LatencyHistogram.decode(histogram));
        inferences += counts.inferences();
        right += counts.right();
        wrong += counts.wrong();
        errors += counts.errors();
    }

    /** Adds all that another has. */
    void add(Measurements other) {
        latency.add(other.latency.histogram());
        inferences += other.inferences;
        right += other.right;
        wrong += other.wrong;
        errors += other.errors;
    }

    Figures figures() {
        return new Figures(percentile(50), percentile(95), accuracy(), inferences, right + wrong, errors);
    }

    private Optional<Double> percentile(double percent) {
        OptionalDouble micros = latency.histogram().percentile(percent);
        return micros.isPresent() ? Optional.of(micros.getAsDouble() / MICROS_PER_MILLI) : Optional.empty();
    }

    private Optional<Double> accuracy() {
        return right + wrong == 0 ? Optional.empty() : Optional.of((double) right / (right + wrong));
    }

    record Counts(long inferences, long right, long wrong, long errors) {}
}
