package io.quantfleet.controlplane.lifecycle;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Calls a tick again and again on a thread of its own: when woken, and otherwise after each period. A tick that fails
 * is logged and tried again after the period, so it must be idempotent.
 */
public final class Ticker implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Ticker.class);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    /** One step of the work. */
    @FunctionalInterface
    public interface Tick {
        void run() throws InterruptedException;
    }

    private final Semaphore wakeUps = new Semaphore(0);
    private final Duration period;
    private final Tick tick;
    private final Thread thread;
    private final OutageLog outage;

    /** @param name of the thread */
    public Ticker(String name, Duration period, Tick tick) {
        this.period = period;
        this.tick = tick;
        this.thread = new Thread(this::run, name);
        this.outage = new OutageLog(LOG, "what '" + name + "' needs");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Asks for a tick at once; callable from any thread. */
    public void wake() {
        wakeUps.release();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                tickOnce();
                if (wakeUps.tryAcquire(period.toMillis(), TimeUnit.MILLISECONDS)) {
                    wakeUps.drainPermits();
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void tickOnce() throws InterruptedException {
        try {
            tick.run();
            outage.succeeded();
        } catch (ControlPlaneException e) {
            if (e.code() == ReasonCode.UNAVAILABLE) {
                outage.failed(e);
            } else {
                LOG.errorf(e, "tick failed: ticker=%s", thread.getName());
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "tick failed: ticker=%s", thread.getName());
        }
    }

    /** Stops after the tick under way, which is interrupted. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(STOP_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
