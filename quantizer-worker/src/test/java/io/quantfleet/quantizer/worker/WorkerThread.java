package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;

/** A worker that runs in a thread of the test, until it is closed. */
final class WorkerThread implements AutoCloseable {
    private final Worker worker;
    private final Thread thread;

    WorkerThread(WorkerSettings settings, JobRunner runner) {
        this(settings, runner, WorkerTraces.off());
    }

    WorkerThread(WorkerSettings settings, JobRunner runner, WorkerTraces traces) {
        worker = new Worker(settings, runner, traces);
        thread = new Thread(
                () -> {
                    try {
                        worker.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "worker-" + settings.workerId());
        thread.start();
    }

    @Override
    public void close() throws InterruptedException {
        worker.close();
        thread.join(Patience.LIMIT.toMillis());
        assertThat(thread.isAlive())
                .as("the worker goes on after it was closed")
                .isFalse();
    }
}
