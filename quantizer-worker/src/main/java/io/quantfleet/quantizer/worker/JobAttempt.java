package io.quantfleet.quantizer.worker;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one delivered record to an end and says how to settle it. A job that has to wait for something waits here, in the
 * job's thread and with its loan renewed: giving it back would use up deliveries, of which Kafka grants a record only a few.
 */
final class JobAttempt implements Callable<Settlement> {
    private static final Logger LOG = LoggerFactory.getLogger(JobAttempt.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Delivery delivery;
    private final JobHandler handler;
    private final Results results;
    private Duration pause;

    /** @param firstPause how long to wait before the second try; doubled each time, up to half a minute */
    JobAttempt(Delivery delivery, JobHandler handler, Results results, Duration firstPause) {
        this.delivery = delivery;
        this.handler = handler;
        this.results = results;
        this.pause = firstPause;
    }

    @Override
    public Settlement call() {
        try {
            Outcome outcome = handler.handle(delivery);
            while (outcome instanceof Outcome.RetryLater later) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the worker stops");
                }
                LOG.warn("a job waits and is tried again: record={} in={} reason={}", delivery, pause, later.reason());
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
                outcome = handler.handle(delivery);
            }
            if (outcome instanceof Outcome.Reject reject) {
                LOG.warn("a record is put aside: record={} reason={}", delivery, reject.reason());
                results.putAside(delivery, reject);
                return Settlement.REJECT;
            }
            return Settlement.ACCEPT;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Settlement.RELEASE;
        }
    }
}
