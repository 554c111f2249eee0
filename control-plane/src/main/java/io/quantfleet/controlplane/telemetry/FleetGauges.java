package io.quantfleet.controlplane.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Gauges that are read from the database now and then: devices, rollouts and jobs by state, the outbox. */
@Singleton
public class FleetGauges implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final Database database;
    private final JdbiCounts counts;
    private final MultiGauge devices;
    private final MultiGauge jobs;
    private final MultiGauge rollouts;
    private final MultiGauge deployments;
    private final AtomicLong outbox = new AtomicLong();
    private final Ticker ticker;

    FleetGauges(Database database, JdbiCounts counts, MeterRegistry meters) {
        this.database = database;
        this.counts = counts;
        this.devices = MultiGauge.builder("quantfleet.devices").register(meters);
        this.jobs = MultiGauge.builder("quantfleet.jobs").register(meters);
        this.rollouts = MultiGauge.builder("quantfleet.rollouts").register(meters);
        this.deployments = MultiGauge.builder("quantfleet.deployments")
                .description("devices in the latest rollout of each fleet")
                .register(meters);
        meters.gauge("quantfleet.outbox.waiting", outbox);
        this.ticker = new Ticker("gauges", PERIOD, this::tick);
    }

    public void start() {
        ticker.start();
    }

    private void tick() {
        database.useTransaction(tx -> {
            devices.register(rows(counts.devices(tx)), true);
            jobs.register(
                    counts.jobs(tx).stream()
                            .<MultiGauge.Row<?>>map(
                                    job -> MultiGauge.Row.of(Tags.of("state", job.state()), (double) job.count()))
                            .toList(),
                    true);
            rollouts.register(byState(counts.rollouts(tx)), true);
            deployments.register(byState(counts.deployments(tx)), true);
            outbox.set(counts.outbox(tx));
        });
    }

    private static List<MultiGauge.Row<?>> byState(List<JdbiCounts.ByState> counted) {
        return counted.stream()
                .<MultiGauge.Row<?>>map(group -> MultiGauge.Row.of(
                        Tags.of("fleet", group.fleet(), "state", group.state()), (double) group.count()))
                .toList();
    }

    private static List<MultiGauge.Row<?>> rows(List<JdbiCounts.Devices> counted) {
        return counted.stream()
                .<MultiGauge.Row<?>>map(group -> MultiGauge.Row.of(
                        Tags.of(
                                "fleet", group.fleet(),
                                "device_class", group.deviceClass(),
                                "state", group.state(),
                                "online", Boolean.toString(group.online())),
                        (double) group.count()))
                .toList();
    }

    @Override
    public void close() {
        ticker.close();
    }
}
