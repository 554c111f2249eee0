package io.quantfleet.quantizer.worker;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every two seconds whether Kafka is there, and says so in the log when that changes. A thread of its own; safe for
 * use by several threads.
 */
final class KafkaWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final KafkaCluster kafka;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "kafka-watch");
        daemon.setDaemon(true);
        return daemon;
    });
    private volatile boolean up = true;

    /** Begins to watch a cluster that was there just now. */
    KafkaWatch(KafkaCluster kafka) {
        this.kafka = kafka;
        var unused = thread.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether Kafka answered when it was last asked. */
    boolean isUp() {
        return up;
    }

    private void look() {
        try {
            boolean now = kafka.isReachable();
            if (now != up) {
                LOG.warn(now ? "Kafka at {} is back" : "Kafka at {} does not answer; waiting for it", kafka);
            }
            up = now;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
