package io.quantfleet.quantizer.runtime;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs independent tasks on a few threads and waits for all of them. */
public final class InParallel implements AutoCloseable {
    private final ExecutorService pool;

    /** @param threads how many tasks run at once */
    public InParallel(int threads) {
        pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "quantizer");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Runs tasks.
     *
     * @throws QuantizerException that of a task, or {@code CANCELLED} if this thread is interrupted while it waits
     */
    public void run(List<Runnable> tasks) {
        List<Future<?>> running = new ArrayList<>();
        tasks.forEach(task -> running.add(pool.submit(task)));
        running.forEach(InParallel::await);
    }

    private static void await(Future<?> task) {
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QuantizerException known) {
                throw known;
            }
            throw new IllegalStateException("a task of the quantizer failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuantizerException(ReasonCode.CANCELLED, "interrupted while tasks ran", e);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
