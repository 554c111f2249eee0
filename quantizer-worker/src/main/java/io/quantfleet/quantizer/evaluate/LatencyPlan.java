package io.quantfleet.quantizer.evaluate;

import java.time.Duration;

/**
 * How latency is measured.
 *
 * @param warmUp runs of each model before anything counts
 * @param runs runs of each model that count, at most
 * @param fewest runs of each model that count, whatever the time
 * @param limit when to stop although there were fewer than {@code runs}
 */
public record LatencyPlan(int warmUp, int runs, int fewest, Duration limit) {
    /** 300 runs of each model, or as many as 15 seconds allow but at least 20. */
    public static final LatencyPlan DEFAULT = new LatencyPlan(20, 300, 20, Duration.ofSeconds(15));

    public LatencyPlan {
        if (warmUp < 0 || fewest < 1 || runs < fewest || limit.isNegative()) {
            throw new IllegalArgumentException("a latency plan needs at least one run, and no more than it allows");
        }
    }
}
