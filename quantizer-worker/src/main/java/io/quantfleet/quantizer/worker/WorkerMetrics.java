package io.quantfleet.quantizer.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** What the worker measures of itself, for Prometheus. Safe for use by several threads. */
final class WorkerMetrics {
    private static final String UNFINISHED = "unfinished";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Counter lostLoans = Counter.builder("quantfleet.worker.lost.loans")
            .description("Jobs whose lock ran out or could not be renewed while they were held")
            .register(registry);

    WorkerMetrics(Capabilities capabilities) {
        registry.gauge("quantfleet.worker.jobs.in.flight", inFlight);
        capabilities
                .names()
                .forEach(name -> registry.gauge(
                        "quantfleet.worker.capability", Tags.of("capability", name), capabilities, present -> 1));
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    /** A job under way. Closing it counts it; unless told otherwise, as one that came to no end. */
    final class Job implements AutoCloseable {
        private final Timer.Sample sample = Timer.start(registry);
        private String outcome = UNFINISHED;

        private Job() {
            inFlight.incrementAndGet();
        }

        /** @param outcome {@code ready}, {@code rejected} or {@code failed} */
        void ended(String outcome) {
            this.outcome = outcome;
        }

        @Override
        public void close() {
            inFlight.decrementAndGet();
            sample.stop(Timer.builder("quantfleet.worker.jobs")
                    .description("Quantization jobs by how they ended")
                    .tag("outcome", outcome)
                    .register(registry));
        }
    }

    Job begin() {
        return new Job();
    }

    void loanLost() {
        lostLoans.increment();
    }

    /** Everything in Prometheus' text format. */
    String scrape() {
        return registry.scrape();
    }
}
