package io.quantfleet.controlplane.rollout;

import java.time.Duration;

/**
 * The rhythm of rollouts.
 *
 * @param period how often every rollout that runs is looked at
 * @param rollbackPause so long after the first attempt failed a device is asked again to go back; after the second, twice
 *     that
 */
public record RolloutSettings(Duration period, Duration rollbackPause) {
    public RolloutSettings {
        requirePositive("quantfleet.rollouts.period", period);
        requirePositive("quantfleet.rollouts.rollback-pause", rollbackPause);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be longer than nothing");
        }
    }
}
