package io.quantfleet.agent.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one model at a time: answer after answer of its probe set at a steady rate, on a thread of its own, and whoever
 * asks for an answer, on theirs. The model is exchanged when the inferences under way are over; those that come meanwhile
 * wait for the new one, so there is always one that answers. Owns the models it is given.
 *
 * <p>Every pass over the answers goes in an order of its own: what a device has measured at any time is then a random
 * part of the set, and the devices' parts have nothing to do with each other. The control plane's accuracy gate, which
 * adds the counts of many devices that have only just begun, rests on it ({@code docs/decisions/0007-gates-look-often.md}).
 */
public final class ServingLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServingLoop.class);

    private final ServingObserver observer;
    private final Duration period;
    private final ScheduledExecutorService thread;
    /** Read while the model is used, written to exchange it; fair, so that many requests can't hold an exchange up. */
    private final ReadWriteLock serving = new ReentrantReadWriteLock(true);

    private final Random random;
    private final List<Integer> pass = new ArrayList<>();
    private Optional<Model> model = Optional.empty();

    /**
     * @param period from one inference to the next
     * @param random settles the order of the answers
     */
    public ServingLoop(ServingObserver observer, Duration period, Random random) {
        this.observer = observer;
        this.period = period;
        this.random = random;
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
            pass.clear();
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

    private int next(int answers) {
        if (pass.isEmpty()) {
            IntStream.range(0, answers).forEach(pass::add);
            Collections.shuffle(pass, random);
        }
        return pass.remove(pass.size() - 1);
    }

    private void serveOne() {
        serving.readLock().lock();
        try {
            if (model.isEmpty()) {
                return;
            }
            Model active = model.get();
            int asked = next(active.answers());
            Model.Answer answer = active.classify(asked);
            observer.answered(answer, answer.label() == active.label(asked));
        } catch (ModelException e) {
            LOG.warn("inference failed: {}", e.getMessage());
            observer.failed(e.kind());
        } finally {
            serving.readLock().unlock();
        }
    }
}
