package io.quantfleet.controlplane.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Latency, accuracy and drift for Prometheus, by fleet, class and model version: of the last {@link #SPAN}, put together
 * anew every {@link #PERIOD}. Variants that nobody measured in that time have no gauges.
 */
@Singleton
public class VariantGauges implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(15);
    private static final Duration SPAN = Duration.ofMinutes(10);
    private static final double MILLIS_PER_SECOND = 1000;
    private static final List<Double> PERCENTILES = List.of(50.0, 95.0, 99.0);
    private static final Map<String, String> QUANTILES = Map.of("p50", "0.5", "p95", "0.95", "p99", "0.99");

    private final Database database;
    private final VariantQualities qualities;
    private final Clock clock;
    private final MultiGauge latency;
    private final MultiGauge accuracy;
    private final MultiGauge drift;
    private final Ticker ticker;

    VariantGauges(Database database, VariantQualities qualities, MeterRegistry meters, Clock clock) {
        this.database = database;
        this.qualities = qualities;
        this.clock = clock;
        this.latency = MultiGauge.builder("quantfleet.inference.latency")
                .description("latency on the devices over the last ten minutes, from merged histograms")
                .baseUnit("seconds")
                .register(meters);
        this.accuracy = MultiGauge.builder("quantfleet.accuracy")
                .description("share of right answers, and what it is compared with")
                .baseUnit("ratio")
                .register(meters);
        this.drift = MultiGauge.builder("quantfleet.drift")
                .description("population stability index over the last ten minutes against the variant's own baseline")
                .register(meters);
        this.ticker = new Ticker("variant-gauges", PERIOD, this::tick);
    }

    public void start() {
        ticker.start();
    }

    /** Puts the gauges together anew. */
    void tick() {
        Instant now = clock.instant();
        List<VariantQuality> all = database.inTransaction(
                tx -> qualities.of(tx, Selection.ALL, SpanPlan.of(now.minus(SPAN), now), PERCENTILES));
        List<MultiGauge.Row<?>> latencies = new ArrayList<>();
        List<MultiGauge.Row<?>> accuracies = new ArrayList<>();
        List<MultiGauge.Row<?>> drifts = new ArrayList<>();
        for (VariantQuality quality : all) {
            Tags tags = Tags.of(
                    "fleet", quality.fleet(),
                    "device_class", quality.deviceClass(),
                    "model", quality.model(),
                    "version", Integer.toString(quality.version()));
            quality.measured()
                    .latencyMs()
                    .forEach((name, millis) -> latencies.add(MultiGauge.Row.of(
                            tags.and("quantile", QUANTILES.getOrDefault(name, name)), millis / MILLIS_PER_SECOND)));
            addAccuracies(accuracies, tags, quality);
            quality.drift().ifPresent(index -> {
                drifts.add(MultiGauge.Row.of(tags.and("of", "classes"), index.classes()));
                drifts.add(MultiGauge.Row.of(tags.and("of", "confidence"), index.confidence()));
            });
        }
        latency.register(latencies, true);
        accuracy.register(accuracies, true);
        drift.register(drifts, true);
    }

    private static void addAccuracies(List<MultiGauge.Row<?>> rows, Tags tags, VariantQuality quality) {
        Share probe = quality.measured().probe();
        add(rows, tags, "probe", probe.share());
        add(rows, tags, "probe_low", probe.low());
        add(rows, tags, "probe_high", probe.high());
        add(rows, tags, "feedback", quality.measured().feedback().share());
        add(rows, tags, "validation", quality.reference().validation());
        add(rows, tags, "validation_fp32", quality.reference().validationFp32());
    }

    private static void add(List<MultiGauge.Row<?>> rows, Tags tags, String source, Optional<Double> value) {
        value.ifPresent(share -> rows.add(MultiGauge.Row.of(tags.and("source", source), share)));
    }

    @Override
    public void close() {
        ticker.close();
    }
}
