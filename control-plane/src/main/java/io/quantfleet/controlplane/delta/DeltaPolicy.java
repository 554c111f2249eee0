package io.quantfleet.controlplane.delta;

import java.time.Duration;

/**
 * What deltas may cost.
 *
 * @param patience how long a stage that opens waits for the deltas that its devices could use
 * @param timeLimit how long making one may take
 * @param maxBytes no delta is made of or to a larger variant
 */
public record DeltaPolicy(Duration patience, Duration timeLimit, long maxBytes) {
    public DeltaPolicy {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("quantfleet.delta.patience is negative: " + patience);
        }
        if (timeLimit.isNegative() || timeLimit.isZero()) {
            throw new IllegalArgumentException("quantfleet.delta.time-limit must be positive: " + timeLimit);
        }
    }
}
