package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;

/** Where windows belong, and windows as they came. */
@Singleton
class JdbiWindows {
    static final double P50 = 50;
    static final double P95 = 95;

    /** A device that says something more often than this is not noted each time. */
    private static final Duration HEARD_OF = Duration.ofSeconds(30);

    /** Where a device belongs; its own word is not taken for it. */
    record Origin(String fleet, String deviceClass) {}

    /** A window and where it belongs. */
    record Located(Window window, Origin origin) {}

    /** Notes that these devices were heard of, and says where they belong; those that are not enrolled are missing. */
    Map<DeviceId, Origin> origins(Tx tx, Collection<DeviceId> devices, Instant now) {
        Map<DeviceId, Origin> origins = new HashMap<>();
        List<String> ids = devices.stream().map(DeviceId::value).toList();
        tx.handle()
                .createUpdate("""
                        with held as (
                            select device_id from device
                             where device_id = any(:devices) and (last_seen is null or last_seen < :before)
                             order by device_id for no key update)
                        update device d set last_seen = :now from held where d.device_id = held.device_id""")
                .bind("now", now)
                .bind("before", now.minus(HEARD_OF))
                .bindArray("devices", String.class, ids)
                .execute();
        tx.handle()
                .createQuery("select device_id, fleet, device_class from device where device_id = any(:devices)")
                .bindArray("devices", String.class, ids)
                .map((row, context) -> Map.entry(
                        new DeviceId(row.getString("device_id")),
                        new Origin(row.getString("fleet"), row.getString("device_class"))))
                .forEach(entry -> origins.put(entry.getKey(), entry.getValue()));
        return origins;
    }

    /** Keeps windows as they came. */
    void keep(Tx tx, List<Located> windows) {
        if (windows.isEmpty()) {
            return;
        }
        PreparedBatch batch = tx.handle().prepareBatch("""
                        insert into telemetry_window (device_id, window_number, series, start_at, end_at, deployment_id,
                            variant_sha256, model_name, model_version, device_class, fleet, latency_histogram,
                            p50_micros, p95_micros, inferences, right_answers, wrong_answers, errors, feedback_right,
                            feedback_wrong, rss_bytes, cpu_temperature_celsius, cpu_permille, battery_percent,
                            memory_available_bytes, received_at)
                        values (:device, :number, :series, :start, :end, :deployment, :variant, :model, :version,
                            :deviceClass, :fleet, :histogram, :p50, :p95, :inferences, :right, :wrong, :errors,
                            :feedbackRight, :feedbackWrong, :rss, :temperature, :cpu, :battery, :available, :received)""");
        for (Located located : windows) {
            Window window = located.window();
            figures(batch, window.figures())
                    .bind("device", window.device().value())
                    .bind("number", window.number())
                    .bind("series", window.series())
                    .bind("start", window.start())
                    .bind("end", window.end())
                    .bind("deployment", window.deployment())
                    .bind("variant", window.variant().hex())
                    .bind("model", window.modelName())
                    .bind("version", window.modelVersion())
                    .bind("deviceClass", located.origin().deviceClass())
                    .bind("fleet", located.origin().fleet())
                    .bind("rss", window.board().rssBytes())
                    .bind("temperature", window.board().cpuTemperature())
                    .bind("cpu", window.board().cpuPermille())
                    .bind("battery", window.board().batteryPercent())
                    .bind("available", window.board().availableBytes())
                    .bind("received", window.received())
                    .add();
        }
        batch.execute();
    }

    /** Binds what all tables of telemetry have. */
    static <S extends SqlStatement<S>> S figures(S statement, Figures figures) {
        Counts counts = figures.counts();
        return statement
                .bind("histogram", figures.latency().encode())
                .bind("p50", boxed(figures.latency().percentile(P50)))
                .bind("p95", boxed(figures.latency().percentile(P95)))
                .bind("windows", counts.windows())
                .bind("inferences", counts.inferences())
                .bind("right", counts.right())
                .bind("wrong", counts.wrong())
                .bind("errors", counts.errors())
                .bind("requests", counts.requests())
                .bind("feedbackRight", counts.feedbackRight())
                .bind("feedbackWrong", counts.feedbackWrong());
    }

    private static Optional<Double> boxed(OptionalDouble value) {
        return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }
}
