package io.quantfleet.quantizer.worker;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries jobs from the queue to the thread that works, one at a time, and settles them when they are done. The
 * courier's thread never works itself: while a job runs it renews the loan.
 *
 * <p>A loan can be lost, by a restart of a broker for example. The job goes on all the same, for it may be hours old, and
 * whoever else gets it will tell the same story under the same id. If the record comes back to this worker, the running
 * job is its job again; if another record comes first, it waits, its loan renewed, until the running job is done.
 *
 * <pre>
 *            next()                  claimed                 done
 *   idle ─────────────▶ held ─────────────────▶ held+running ─────▶ idle
 *                        ▲     loan lost │  ▲ same record again
 *                        │               ▼  │
 *                        └──────────── running (no loan) ──────────▶ idle
 *                         another record       done
 * </pre>
 *
 * <p>For one thread, but for {@link #stop()}.
 */
final class JobCourier {
    private static final Logger LOG = LoggerFactory.getLogger(JobCourier.class);
    private static final Duration IDLE_POLL = Duration.ofMinutes(1);
    private static final Duration BUSY_POLL = Duration.ofMillis(500);
    private static final long MIN_WAIT_NANOS = Duration.ofMillis(50).toNanos();
    private static final int REMEMBERED = 256;

    /** PyTorch's kernels were seen to need more than the megabyte that a thread has otherwise, and end the process without it. */
    private static final long STACK_BYTES = 16 << 20;

    private record Running(Delivery.Id id, CompletableFuture<Settlement> settlement) {}

    private final JobQueue queue;
    private final Function<Delivery, Callable<Settlement>> work;
    private final WorkerMetrics metrics;
    private final Duration stopPatience;
    private final ExecutorService hands = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(null, task, "job", STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    });
    // Rung when a job is done and when the courier shall stop.
    private final Semaphore bell = new Semaphore(0);
    private final Set<Delivery.Id> finished = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Delivery.Id, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });
    private volatile boolean stopping;
    private Optional<Delivery> held = Optional.empty();
    private Optional<Running> running = Optional.empty();
    private long renewedAt;

    /**
     * @param work what to do with a delivered record; runs in a thread that is interrupted when the courier stops
     * @param stopPatience how long a running job may go on after {@link #stop()}, and how long an interrupted one may
     *     take to end
     */
    JobCourier(
            JobQueue queue,
            Function<Delivery, Callable<Settlement>> work,
            WorkerMetrics metrics,
            Duration stopPatience) {
        this.queue = queue;
        this.work = work;
        this.metrics = metrics;
        this.stopPatience = stopPatience;
    }

    /** Carries jobs until {@link #stop()}; then ends or gives back what it has, and closes the queue. */
    void run() throws InterruptedException {
        try {
            while (!stopping) {
                step();
            }
            windUp();
        } finally {
            hands.shutdownNow();
            queue.close();
        }
    }

    /** Makes {@link #run()} return soon; from any thread. */
    void stop() {
        stopping = true;
        bell.release();
        queue.wakeup();
    }

    private void step() throws InterruptedException {
        if (running.isPresent() && running.get().settlement().isDone()) {
            finish(running.get());
        } else if (held.isEmpty()) {
            take(queue.next(running.isPresent() ? BUSY_POLL : IDLE_POLL));
        } else if (running.isEmpty()) {
            running = Optional.of(start(held.get()));
        } else if (untilRenewal() <= 0) {
            renew(held.get());
        } else {
            awaitBell(untilRenewal());
        }
    }

    private void awaitBell(long nanos) throws InterruptedException {
        if (bell.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
            bell.drainPermits();
        }
    }

    private void take(Optional<Delivery> next) throws InterruptedException {
        held = next;
        if (next.isEmpty()) {
            return;
        }
        Delivery delivery = next.get();
        LOG.info("delivered: record={} attempt={}", delivery, delivery.attempt());
        if (finished.contains(delivery.id())) {
            settle(Settlement.ACCEPT);
        } else {
            // A record may have waited in the client for longer than its lock lasts.
            renew(delivery);
        }
    }

    private void renew(Delivery delivery) throws InterruptedException {
        renewedAt = System.nanoTime();
        if (!queue.renew(delivery)) {
            LOG.warn("the loan of a job is lost; it will be delivered again: record={}", delivery);
            metrics.loanLost();
            held = Optional.empty();
        }
    }

    private long untilRenewal() {
        return renewedAt + queue.loanDuration().dividedBy(3).toNanos() - System.nanoTime();
    }

    private Running start(Delivery delivery) {
        CompletableFuture<Settlement> settlement = new CompletableFuture<>();
        Callable<Settlement> task = work.apply(delivery);
        hands.execute(() -> {
            try {
                settlement.complete(task.call());
            } catch (Exception e) {
                LOG.error("a job ended without an outcome; it is given back: record={}", delivery, e);
                settlement.complete(Settlement.RELEASE);
            } finally {
                settlement.complete(Settlement.RELEASE);
                bell.release();
            }
        });
        return new Running(delivery.id(), settlement);
    }

    private void finish(Running done) throws InterruptedException {
        running = Optional.empty();
        Settlement settlement = done.settlement().join();
        if (settlement.isFinal()) {
            finished.add(done.id());
        }
        if (held.map(Delivery::id).filter(done.id()::equals).isPresent()) {
            settle(settlement);
        }
    }

    private void settle(Settlement settlement) throws InterruptedException {
        Delivery delivery = held.orElseThrow();
        held = Optional.empty();
        queue.settle(delivery, settlement);
        LOG.info("settled: record={} settlement={}", delivery, settlement);
    }

    private void windUp() throws InterruptedException {
        if (running.isPresent()) {
            Running last = running.get();
            if (!endsWithin(last, stopPatience)) {
                LOG.info("stopping: the running job is given back: record={}", last.id());
                hands.shutdownNow();
            }
            if (endsWithin(last, stopPatience)) {
                finish(last);
            }
        }
        if (held.isPresent()) {
            settle(Settlement.RELEASE);
        }
    }

    private boolean endsWithin(Running job, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!job.settlement().isDone() && System.nanoTime() < deadline) {
            if (held.isPresent() && untilRenewal() <= 0) {
                renew(held.get());
            }
            awaitBell(Math.min(deadline - System.nanoTime(), Math.max(untilRenewal(), MIN_WAIT_NANOS)));
        }
        return job.settlement().isDone();
    }
}
