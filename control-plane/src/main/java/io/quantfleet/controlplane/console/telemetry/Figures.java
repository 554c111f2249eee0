package io.quantfleet.controlplane.console.telemetry;

import io.quantfleet.controlplane.console.frame.Units;
import io.quantfleet.controlplane.telemetry.Share;
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

    /** The 95 % confidence interval of the accuracy, in words; empty if nothing is labelled. */
    public Optional<String> interval() {
        return accuracy.map(share -> Math.round(share * labelled))
                .map(right -> Share.of(right, labelled - right))
                .flatMap(share -> share.low().flatMap(low -> share.high().map(high -> Units.range(low, high))));
    }
}
