package io.quantfleet.controlplane.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.testing.Patience;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TickerTest {
    private static final Duration NEVER = Duration.ofHours(1);
    private static final long PATIENCE_SECONDS = Patience.LIMIT.toSeconds();

    @Test
    void ticksAtOnceWhenItIsWoken() throws InterruptedException {
        Semaphore ticks = new Semaphore(0);
        try (Ticker ticker = new Ticker("test", NEVER, ticks::release)) {
            ticker.start();
            assertThat(ticks.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

            ticker.wake();

            assertThat(ticks.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void goesOnAfterATickThatFails() throws InterruptedException {
        Semaphore ticks = new Semaphore(0);
        AtomicBoolean failed = new AtomicBoolean();
        try (Ticker ticker = new Ticker("test", Duration.ofMillis(1), () -> {
            if (failed.compareAndSet(false, true)) {
                throw new IllegalStateException("as the test wants it");
            }
            ticks.release();
        })) {
            ticker.start();

            assertThat(ticks.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void interruptsTheTickUnderWayWhenItStops() throws InterruptedException {
        Semaphore began = new Semaphore(0);
        AtomicReference<Thread> worker = new AtomicReference<>();
        Ticker ticker = new Ticker("test", NEVER, () -> {
            worker.set(Thread.currentThread());
            began.release();
            new Semaphore(0).acquire();
        });
        ticker.start();
        assertThat(began.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

        ticker.close();

        assertThat(worker.get().isAlive()).isFalse();
    }
}
