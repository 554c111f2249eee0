package io.quantfleet.agent;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waiting times between attempts: doubling up to a limit, each shortened at random by up to a half so that a fleet that
 * lost its server together does not come back together. Not for use by several threads at once.
 */
public final class Backoff {
    private final Duration first;
    private final Duration limit;
    private final RandomGenerator random;
    private Duration next;

    public Backoff(Duration first, Duration limit, RandomGenerator random) {
        if (first.isZero() || first.isNegative() || limit.compareTo(first) < 0) {
            throw new IllegalArgumentException("back-off from " + first + " up to " + limit);
        }
        this.first = first;
        this.limit = limit;
        this.random = random;
        this.next = first;
    }

    /** How long to wait before the next attempt. */
    public Duration next() {
        Duration full = next;
        Duration doubled = full.multipliedBy(2);
        next = doubled.compareTo(limit) > 0 ? limit : doubled;
        return Duration.ofNanos((long) (full.toNanos() * (1 - random.nextDouble() / 2)));
    }

    /** An attempt succeeded: starts from the first waiting time again. */
    public void reset() {
        next = first;
    }
}
