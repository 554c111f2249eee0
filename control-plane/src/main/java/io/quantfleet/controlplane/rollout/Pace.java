package io.quantfleet.controlplane.rollout;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps work whose price grows with a fleet to a small part of the time: what took a second is not done again for nine.
 * For a fleet of thousands that changes nothing, for one of a hundred thousand it keeps the database free for the
 * devices' reports. Of the last two times the shorter counts: once, it may have taken long for another reason. For one thread.
 */
final class Pace {
    /** Of the time that passes, one part in so many goes into the work. */
    private static final int SHARE = 10;

    private final LongSupplier nanoTime;
    private final Map<UUID, Run> last = new HashMap<>();

    private record Run(long end, long took, long rest) {}

    /** @param nanoTime as {@link System#nanoTime} */
    Pace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether it may be done again for this rollout. */
    boolean isDue(UUID rollout) {
        Run run = last.get(rollout);
        return run == null || nanoTime.getAsLong() - run.end() >= run.rest();
    }

    /** Does it and notes how long it took. */
    <T> T run(UUID rollout, Supplier<T> work) {
        long start = nanoTime.getAsLong();
        try {
            return work.get();
        } finally {
            long end = nanoTime.getAsLong();
            long took = end - start;
            last.merge(
                    rollout,
                    new Run(end, took, rest(took)),
                    (before, now) -> new Run(end, took, rest(Math.min(before.took(), took))));
        }
    }

    private static long rest(long took) {
        return took * (SHARE - 1);
    }

    /** Forgets rollouts that are over. */
    void forget(UUID rollout) {
        last.remove(rollout);
    }
}
