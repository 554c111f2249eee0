package io.quantfleet.controlplane.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What Prometheus sees of telemetry: by fleet, class and model version, never by device. */
@Singleton
class TelemetryMetrics {
    private final MeterRegistry meters;
    private final Counter duplicates;
    private final DistributionSummary batches;
    private final Timer delay;

    TelemetryMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.duplicates = Counter.builder("quantfleet.telemetry.duplicates")
                .description("windows that had been counted before")
                .register(meters);
        this.batches = DistributionSummary.builder("quantfleet.telemetry.batch")
                .description("windows counted in one transaction")
                .baseUnit("windows")
                .register(meters);
        this.delay = Timer.builder("quantfleet.telemetry.delay")
                .description("from the receipt of a window to the commit that counts it")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(5))
                .maximumExpectedValue(Duration.ofMinutes(1))
                .register(meters);
    }

    /**
     * Counts what was committed.
     *
     * @param again how many windows came again
     */
    void count(List<JdbiWindows.Located> news, int again) {
        duplicates.increment(again);
        if (news.isEmpty()) {
            return;
        }
        batches.record(news.size());
        long now = System.currentTimeMillis();
        Map<Tags, Counts> sums = new HashMap<>();
        for (JdbiWindows.Located located : news) {
            sums.merge(tags(located), located.window().figures().counts(), Counts::plus);
            delay.record(Duration.ofMillis(
                    Math.max(0, now - located.window().received().toEpochMilli())));
        }
        sums.forEach(this::count);
    }

    private static Tags tags(JdbiWindows.Located located) {
        return Tags.of(
                "fleet", located.origin().fleet(),
                "device_class", located.origin().deviceClass(),
                "model", located.window().modelName(),
                "version", Integer.toString(located.window().modelVersion()));
    }

    private void count(Tags tags, Counts counts) {
        meters.counter("quantfleet.telemetry.windows", tags).increment((double) counts.windows());
        increment(tags, "right", counts.right());
        increment(tags, "wrong", counts.wrong());
        increment(tags, "error", counts.errors());
    }

    private void increment(Tags tags, String outcome, long count) {
        meters.counter("quantfleet.inferences", tags.and("outcome", outcome)).increment((double) count);
    }
}
