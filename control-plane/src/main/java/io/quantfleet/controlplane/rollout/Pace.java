package io.quantfleet.controlplane.rollout;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps work whose price grows with a fleet to a small part of the time: what took a second is not done again for nine.
 * For a fleet of thousands that changes nothing, for one of a hundred thousand it keeps the database free for the
 * devices' reports. For one thread.
 */
final class Pace {
    /** Of the time that passes, one part in so many goes into the work. */
    private static final int SHARE = 10;

    private final LongSupplier nanoTime;
    private final Map<UUID, Long> notBefore = new HashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    Pace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether it may be done again for this rollout. */
    boolean isDue(UUID rollout) {
        Long earliest = notBefore.get(rollout);
        return earliest == null || nanoTime.getAsLong() - earliest >= 0;
    }

    /** Does it and notes how long it took. */
    <T> T run(UUID rollout, Supplier<T> work) {
        long start = nanoTime.getAsLong();
        try {
            return work.get();
        } finally {
            long end = nanoTime.getAsLong();
            notBefore.put(rollout, end + (end - start) * (SHARE - 1));
        }
    }

    /** Forgets rollouts that are over. */
    void forget(UUID rollout) {
        notBefore.remove(rollout);
    }
}
