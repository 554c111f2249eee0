package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs independent tasks on a few threads and waits for all of them. */
final class InParallel implements AutoCloseable {
    private final ExecutorService pool;

    InParallel(int threads) {
        pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "sensitivity");
            thread.setDaemon(true);
            return thread;
        });
    }

    void run(List<Runnable> tasks) {
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
            throw new IllegalStateException("profiling a layer failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuantizerException(ReasonCode.CANCELLED, "interrupted while layers were profiled", e);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
