package io.quantfleet.controlplane.console.telemetry;

import java.util.Optional;

/**
 * Latency and accuracy over some span.
 *
 * @param accuracy of the labelled inferences, 0 to 1
 * @param labelled inferences whose right answer is known
 */
public record Figures(
        Optional<Double> p50Millis,
        Optional<Double> p95Millis,
        Optional<Double> accuracy,
        long inferences,
        long labelled,
        long errors) {
    public static final Figures NONE = new Figures(Optional.empty(), Optional.empty(), Optional.empty(), 0, 0, 0);
}
