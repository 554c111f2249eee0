package io.quantfleet.agent.serve;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one model at a time: sample after sample of its probe set at a steady rate, on a thread of its own, and whoever
 * asks for an answer, on theirs. The model is exchanged when the inferences under way are over; those that come meanwhile
 * wait for the new one, so there is always one that answers. Owns the models it is given.
 */
public final class ServingLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServingLoop.class);

    private final ServingObserver observer;
    private final Duration period;
    private final ScheduledExecutorService thread;
    /** Read while the model is used, written to exchange it; fair, so that many requests can't hold an exchange up. */
    private final ReadWriteLock serving = new ReentrantReadWriteLock(true);

    private Optional<Model> model = Optional.empty();
    private int next;

    /** @param period from one inference to the next */
    public ServingLoop(ServingObserver observer, Duration period) {
        this.observer = observer;
        this.period = period;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread loop = new Thread(task, "serve");
            loop.setDaemon(true);
            return loop;
        });
        thread.execute(this::turn);
    }

    /**
     * Serves this model from the next inference on, and closes the one before.
     *
     * @param beforeFirst is run when the last inference of the old model is over and before the first of this one
     */
    public void serve(Model replacement, Runnable beforeFirst) {
        Optional<Model> replaced;
        serving.writeLock().lock();
        try {
            replaced = model;
            beforeFirst.run();
            model = Optional.of(replacement);
            next = 0;
        } finally {
            serving.writeLock().unlock();
        }
        replaced.ifPresent(Model::close);
    }

    /** Uses the model that serves; it is neither exchanged nor closed meanwhile. Empty if none serves. */
    public <T> Optional<T> use(Function<Model, T> user) {
        serving.readLock().lock();
        try {
            return model.map(user);
        } finally {
            serving.readLock().unlock();
        }
    }

    /** Stops and closes the model. */
    @Override
    public void close() {
        thread.shutdownNow();
        serving.writeLock().lock();
        try {
            model.ifPresent(Model::close);
            model = Optional.empty();
        } finally {
            serving.writeLock().unlock();
        }
    }

    private void turn() {
        long start = System.nanoTime();
        try {
            serveOne();
        } catch (RuntimeException e) {
            LOG.error("serving failed", e);
        }
        // After a pause (the device slept) it goes on at its rate instead of making up for what it missed.
        long wait = Math.max(0, period.toNanos() - (System.nanoTime() - start));
        if (!thread.isShutdown()) {
            var unused = thread.schedule(this::turn, wait, TimeUnit.NANOSECONDS);
        }
    }

    private void serveOne() {
        serving.readLock().lock();
        try {
            if (model.isEmpty()) {
                return;
            }
            Model active = model.get();
            int sample = next;
            next = (next + 1) % active.samples();
            Model.Answer answer = active.classify(sample);
            observer.answered(Duration.ofNanos(answer.nanos()), answer.label() == active.label(sample));
        } catch (ModelException e) {
            LOG.warn("inference failed: {}", e.getMessage());
            observer.failed();
        } finally {
            serving.readLock().unlock();
        }
    }
}
