package io.quantfleet.agent.telemetry;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.atomic.AtomicLong;

/** A counter of whole events that can be read interval by interval. Safe for use by several threads. */
final class IntervalCounter extends AbstractMeter implements Counter {
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();

    IntervalCounter(Id id) {
        super(id);
    }

    /** What was counted since the last call. */
    long takeInterval() {
        long now = count.get();
        return now - taken.getAndSet(now);
    }

    @Override
    public void increment(double amount) {
        count.addAndGet(Math.round(amount));
    }

    @Override
    public double count() {
        return count.get();
    }
}
