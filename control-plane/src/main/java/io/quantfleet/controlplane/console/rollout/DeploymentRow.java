package io.quantfleet.controlplane.console.rollout;

import java.time.Instant;
import java.util.Optional;

/**
 * One device's part in a rollout.
 *
 * @param delta what became of the delta that it was offered, as APPLIED; empty where whole chunks do
 * @param deltaReason why it made nothing of it
 */
public record DeploymentRow(
        String deviceId,
        String deviceClass,
        boolean online,
        String state,
        Optional<String> reasonCode,
        Optional<String> reason,
        Optional<String> delta,
        Optional<String> deltaReason,
        long fetchedBytes,
        long totalBytes,
        Optional<Double> selfTestAccuracy,
        Optional<Double> selfTestP50Millis,
        double probeAccuracy,
        String variantSha256,
        Instant stateAt) {
    /** How far the device is, 0 to 1; fetching is most of the way. */
    public double progress() {
        return switch (state) {
            case "FETCHING" -> 0.1 + 0.6 * fetchedFraction();
            case "VERIFYING" -> 0.75;
            case "SELF_TESTING" -> 0.85;
            case "SWITCHING" -> 0.95;
            case "ACTIVE" -> 1;
            default -> 0;
        };
    }

    /** The device is on its way, neither waiting nor at an end. */
    public boolean moving() {
        return progress() > 0 && progress() < 1;
    }

    public boolean byDelta() {
        return delta.filter("APPLIED"::equals).isPresent();
    }

    /** Nothing was heard of the device since the manifest was made. */
    public boolean waiting() {
        return state.equals("PENDING") || state.equals("PUBLISHED");
    }

    private double fetchedFraction() {
        return totalBytes == 0 ? 0 : Math.min(1, (double) fetchedBytes / totalBytes);
    }
}
