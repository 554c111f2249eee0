package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.latency.LatencyHistogram;
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
import org.jdbi.v3.core.statement.SqlStatement;

/** Where windows belong, and windows as they came. */
@Singleton
class JdbiWindows {
    static final double P50 = 50;
    static final double P95 = 95;

    /** A device that says something more often than this is not noted each time. */
    private static final Duration HEARD_OF = Duration.ofSeconds(30);

    private static final List<String> COLUMNS = List.of(
            "device_id",
            "window_number",
            "series",
            "start_at",
            "end_at",
            "deployment_id",
            "variant_sha256",
            "model_name",
            "model_version",
            "device_class",
            "fleet",
            "latency_histogram",
            "p50_micros",
            "p95_micros",
            "inferences",
            "right_answers",
            "wrong_answers",
            "errors",
            "feedback_right",
            "feedback_wrong",
            "rss_bytes",
            "cpu_temperature_celsius",
            "cpu_permille",
            "battery_percent",
            "memory_available_bytes",
            "received_at");

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
        JdbiCopy rows = new JdbiCopy("telemetry_window", COLUMNS);
        windows.forEach(window -> add(rows, window));
        rows.run(tx);
    }

    /** In the order of {@link #COLUMNS}. */
    private static void add(JdbiCopy rows, Located located) {
        Window window = located.window();
        Counts counts = window.figures().counts();
        LatencyHistogram latency = window.figures().latency();
        Window.Board board = window.board();
        rows.value(window.device().value())
                .value(window.number())
                .value(window.series())
                .value(window.start())
                .value(window.end())
                .optional(window.deployment())
                .value(window.variant().hex())
                .value(window.modelName())
                .value(window.modelVersion())
                .value(located.origin().deviceClass())
                .value(located.origin().fleet())
                .value(latency.encode())
                .value(latency.percentile(P50))
                .value(latency.percentile(P95))
                .value(counts.inferences())
                .value(counts.right())
                .value(counts.wrong())
                .value(counts.errors())
                .value(counts.feedbackRight())
                .value(counts.feedbackWrong())
                .value(board.rssBytes())
                .optional(board.cpuTemperature())
                .optional(board.cpuPermille())
                .optional(board.batteryPercent())
                .optional(board.availableBytes())
                .value(window.received())
                .endRow();
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
