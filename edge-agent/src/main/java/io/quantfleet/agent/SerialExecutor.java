package io.quantfleet.agent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after another, in the order in which they came, on threads that it may share with others: a device's
 * agent has one over a thread of its own, a simulator one per device over a few threads. What one task wrote the next
 * one sees. Safe for use by several threads.
 */
public final class SerialExecutor implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    /** So many tasks at most before others that share the threads have a turn. */
    private static final int TURN = 16;

    private final ScheduledExecutorService threads;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final List<Future<?>> periodic = new ArrayList<>();
    private final CountDownLatch drained = new CountDownLatch(1);
    private boolean running;
    private boolean closed;

    /** @param threads stay the caller's to shut down */
    public SerialExecutor(ScheduledExecutorService threads) {
        this.threads = threads;
    }

    /** Runs the task after those that came before; drops it once closed. A task that throws is logged. */
    @Override
    public void execute(Runnable task) {
        synchronized (waiting) {
            if (closed) {
                return;
            }
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        handOver();
    }

    /** Runs the task now and at intervals, until closed; a run that is due while one still waits is left out. */
    public void every(Duration interval, Runnable task) {
        AtomicBoolean waits = new AtomicBoolean();
        Runnable due = () -> {
            if (waits.compareAndSet(false, true)) {
                execute(() -> {
                    waits.set(false);
                    task.run();
                });
            }
        };
        synchronized (waiting) {
            if (!closed) {
                periodic.add(threads.scheduleWithFixedDelay(due, 0, interval.toMillis(), TimeUnit.MILLISECONDS));
            }
        }
    }

    /** Takes no more tasks, and waits a moment for those that were taken. Not to be called by one of them. */
    @Override
    public void close() throws InterruptedException {
        synchronized (waiting) {
            stop();
            if (!running) {
                return;
            }
        }
        if (!drained.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
            abandon();
        }
    }

    /** Takes no more tasks and drops those that wait, as a crash would; one that runs goes on to its end. */
    public void abandon() {
        synchronized (waiting) {
            stop();
            waiting.clear();
        }
    }

    private void stop() {
        closed = true;
        periodic.forEach(task -> task.cancel(false));
    }

    private void handOver() {
        try {
            threads.execute(this::turn);
        } catch (RejectedExecutionException threadsAreGone) {
            LOG.debug("nothing runs any more", threadsAreGone);
        }
    }

    private void turn() {
        for (int i = 0; i < TURN; i++) {
            Runnable task;
            synchronized (waiting) {
                Runnable next = waiting.poll();
                if (next == null) {
                    running = false;
                    if (closed) {
                        drained.countDown();
                    }
                    return;
                }
                task = next;
            }
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a task failed", e);
            }
        }
        handOver();
    }
}
