package io.quantfleet.controlplane.app;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.alert.AlertTicker;
import io.quantfleet.controlplane.delivery.DeviceDelivery;
import io.quantfleet.controlplane.delta.Deltas;
import io.quantfleet.controlplane.device.BuiltInDeviceClasses;
import io.quantfleet.controlplane.events.KafkaAdmin;
import io.quantfleet.controlplane.events.KafkaEventConsumers;
import io.quantfleet.controlplane.fleet.FleetTicker;
import io.quantfleet.controlplane.lifecycle.OutageLog;
import io.quantfleet.controlplane.outbox.OutboxRelay;
import io.quantfleet.controlplane.rollout.RolloutTicker;
import io.quantfleet.controlplane.storage.SchemaMigration;
import io.quantfleet.controlplane.telemetry.FleetGauges;
import io.quantfleet.controlplane.telemetry.TelemetryPartitions;
import io.quantfleet.controlplane.telemetry.VariantGauges;
import io.quantfleet.protocols.ReasonCode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Starts the parts in order on a thread of its own, each as soon as what it needs is there: the program is up, and its
 * health says what it waits for, while the database or a broker is still away.
 */
@Singleton
class Boot {
    private static final Logger LOG = Logger.getLogger(Boot.class);
    private static final int PAUSE_MS = 500;
    private static final int STOP_PATIENCE_MS = 10_000;

    private final SchemaMigration migration;
    private final BuiltInDeviceClasses builtIns;
    private final KafkaAdmin kafka;
    private final KafkaEventConsumers consumers;
    private final OutboxRelay relay;
    private final DeviceDelivery delivery;
    private final Deltas deltas;
    private final FleetTicker fleets;
    private final RolloutTicker rollouts;
    private final FleetGauges gauges;
    private final TelemetryPartitions partitions;
    private final AlertTicker alerts;
    private final VariantGauges variants;
    private final Thread thread = new Thread(this::run, "boot");
    private volatile boolean stopping;

    Boot(
            SchemaMigration migration,
            BuiltInDeviceClasses builtIns,
            KafkaAdmin kafka,
            KafkaEventConsumers consumers,
            OutboxRelay relay,
            DeviceDelivery delivery,
            Deltas deltas,
            FleetTicker fleets,
            RolloutTicker rollouts,
            FleetGauges gauges,
            TelemetryPartitions partitions,
            AlertTicker alerts,
            VariantGauges variants) {
        this.migration = migration;
        this.builtIns = builtIns;
        this.kafka = kafka;
        this.consumers = consumers;
        this.relay = relay;
        this.delivery = delivery;
        this.deltas = deltas;
        this.fleets = fleets;
        this.rollouts = rollouts;
        this.gauges = gauges;
        this.partitions = partitions;
        this.alerts = alerts;
        this.variants = variants;
    }

    void start(@Observes StartupEvent event) {
        thread.setDaemon(true);
        thread.start();
    }

    /** Parts stop in the opposite order, so that none hands work to one that is gone. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        thread.interrupt();
        thread.join(STOP_PATIENCE_MS);
        rollouts.close();
        fleets.close();
        delivery.close();
        consumers.close();
        deltas.close();
        relay.close();
        gauges.close();
        variants.close();
        alerts.close();
        partitions.close();
    }

    private void run() {
        try {
            await("the database", migration::run);
            await("the database", builtIns::register);
            await("the database", partitions::start);
            gauges.start();
            variants.start();
            delivery.start();
            deltas.start();
            fleets.start();
            rollouts.start();
            await("Kafka", kafka::prepare);
            relay.start();
            consumers.start();
            alerts.start();
            LOG.info("every part has started");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("the control plane can't start", e);
            Quarkus.asyncExit(1);
        }
    }

    /** One step of the start. */
    private interface Step {
        void run() throws InterruptedException;
    }

    private void await(String what, Step step) throws InterruptedException {
        OutageLog outage = new OutageLog(LOG, what);
        // The flag beside the interrupt, for a connection pool may swallow the latter.
        while (!stopping) {
            try {
                step.run();
                outage.succeeded();
                return;
            } catch (ControlPlaneException e) {
                if (e.code() != ReasonCode.UNAVAILABLE) {
                    throw e;
                }
                outage.failed(e);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
        throw new InterruptedException("stopping");
    }
}
