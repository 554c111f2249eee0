package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.kafka.KafkaTopics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A worker in a process of its own whose jobs never end, to be killed. Arguments: Kafka, topic prefix, directory. */
final class StuckWorkerMain {
    private StuckWorkerMain() {}

    public static void main(String[] args) throws Exception {
        WorkerSettings settings = Installation.settings(
                args[0], new KafkaTopics(args[1]), Path.of(args[2]), "stuck", 0, Duration.ofSeconds(2));
        Worker worker = new Worker(
                settings,
                (job, files, progress) -> {
                    System.out.println("started " + job.id());
                    awaitForEver();
                    throw new IllegalStateException("for ever is over");
                },
                WorkerTraces.off());
        worker.run();
    }

    private static void awaitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
