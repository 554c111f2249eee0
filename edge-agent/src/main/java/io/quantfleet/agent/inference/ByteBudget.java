package io.quantfleet.agent.inference;

import java.util.concurrent.Semaphore;

/** How many bytes of requests may be in memory at once; a request waits until there is room. */
final class ByteBudget {
    private static final int UNIT = 1024;

    private final Semaphore units;
    private final long largest;

    /**
     * @param largest of one request
     * @param total of all; at least one request of the largest size is let in
     */
    ByteBudget(long largest, long total) {
        this.largest = largest;
        this.units = new Semaphore(units(Math.max(largest, total)), true);
    }

    long largest() {
        return largest;
    }

    /** Waits for room; {@link #release} gives it back. */
    void acquire(long bytes) throws InterruptedException {
        units.acquire(units(bytes));
    }

    void release(long bytes) {
        units.release(units(bytes));
    }

    private static int units(long bytes) {
        return Math.toIntExact((bytes + UNIT - 1) / UNIT);
    }
}
