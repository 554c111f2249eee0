package io.quantfleet.agent.serve;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Counts what clients ask of the device, for {@link Idleness}: whoever answers them opens one of these for each request
 * and closes it with the answer. The serving loop's own probes are none. A start counts as a request, for nobody knows
 * what came just before it. Safe for use by several threads; the wall clock may jump.
 */
public final class ClientRequests implements Idleness {
    private final LongSupplier nanoTime;
    private int underWay;
    private long lastNanos;

    /** @param nanoTime as {@link System#nanoTime} */
    public ClientRequests(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastNanos = nanoTime.getAsLong();
    }

    /** One request, from its arrival to its answer. */
    public interface Request extends AutoCloseable {
        @Override
        void close();
    }

    /** A request has arrived; to be closed once. */
    public synchronized Request arrived() {
        underWay++;
        return this::answered;
    }

    private synchronized void answered() {
        underWay--;
        lastNanos = nanoTime.getAsLong();
    }

    @Override
    public synchronized boolean isIdleFor(Duration quiet) {
        return underWay == 0 && nanoTime.getAsLong() - lastNanos >= quiet.toNanos();
    }
}
