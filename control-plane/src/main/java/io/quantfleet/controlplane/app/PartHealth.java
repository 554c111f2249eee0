package io.quantfleet.controlplane.app;

import io.quantfleet.controlplane.delivery.DeviceLink;
import io.quantfleet.controlplane.events.KafkaAdmin;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.artifact.ObjectStore;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Health by part. The program is ready when all of them are up, and alive as long as it answers. */
@Singleton
class PartHealth {
    /** Looks at a part. */
    private interface Probe {
        void run() throws InterruptedException;
    }

    @Produces
    @Liveness
    @Singleton
    HealthCheck program() {
        return () -> HealthCheckResponse.up("program");
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck database(Database database) {
        return () -> check(
                "database", () -> database.useTransaction(tx -> tx.handle().execute("select 1")));
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck kafka(KafkaAdmin kafka) {
        return () -> check("kafka", kafka::ping);
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck mqtt(DeviceLink link) {
        return () -> check("mqtt", require(() -> link.connection().isPresent(), "not connected"));
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck objectStore(ObjectStore store) {
        return () -> check("object-store", require(store::isWritable, "not writable"));
    }

    private static Probe require(Supplier<Boolean> condition, String otherwise) {
        return () -> {
            if (!condition.get()) {
                throw new IllegalStateException(otherwise);
            }
        };
    }

    private static HealthCheckResponse check(String part, Probe probe) {
        try {
            probe.run();
            return HealthCheckResponse.up(part);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return HealthCheckResponse.down(part);
        } catch (RuntimeException e) {
            return HealthCheckResponse.named(part)
                    .down()
                    .withData("reason", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
