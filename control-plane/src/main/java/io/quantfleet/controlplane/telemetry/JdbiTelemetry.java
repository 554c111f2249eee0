package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;

/** Windows and their sums in the database. */
@Singleton
class JdbiTelemetry {
    private static final double P50 = 50;
    private static final double P95 = 95;

    /** Where a device belongs; its own word is not taken for it. */
    record Origin(String fleet, String deviceClass) {}

    Optional<Origin> origin(Tx tx, Window window, Instant now) {
        return tx.handle()
                .createQuery("""
                        update device set last_seen = :now where device_id = :device
                        returning fleet, device_class""")
                .bind("now", now)
                .bind("device", window.device().value())
                .map((row, context) -> new Origin(row.getString("fleet"), row.getString("device_class")))
                .findOne();
    }

    /** Whether the window is new. */
    boolean insert(Tx tx, Window window, Origin origin, Instant now) {
        return figures(tx.handle().createUpdate("""
                                        insert into telemetry_window (device_id, window_number, start_at, end_at,
                                            deployment_id, variant_sha256, model_name, model_version, device_class,
                                            fleet, latency_histogram, p50_micros, p95_micros, inferences,
                                            right_answers, wrong_answers, errors, rss_bytes,
                                            cpu_temperature_celsius, received_at)
                                        values (:device, :number, :start, :end, :deployment, :variant, :model,
                                            :version, :deviceClass, :fleet, :histogram, :p50, :p95, :inferences,
                                            :right, :wrong, :errors, :rss, :temperature, :now)
                                        on conflict do nothing"""), window.figures())
                        .bind("device", window.device().value())
                        .bind("number", window.number())
                        .bind("start", window.start())
                        .bind("end", window.end())
                        .bind("deployment", window.deployment())
                        .bind("variant", window.variant().hex())
                        .bind("model", window.modelName())
                        .bind("version", window.modelVersion())
                        .bind("deviceClass", origin.deviceClass())
                        .bind("fleet", origin.fleet())
                        .bind("rss", window.rssBytes())
                        .bind("temperature", window.cpuTemperature())
                        .bind("now", now)
                        .execute()
                == 1;
    }

    /** Adds a window to its device's sum; a window of another variant that is newer begins a new sum. */
    void addToDevice(Tx tx, Window window) {
        Map<String, Object> key = Map.of(
                "device", window.device().value(),
                "variant", window.variant().hex(),
                "end", window.end());
        boolean first = figures(tx.handle().createUpdate("""
                                        insert into device_telemetry (device_id, variant_sha256, windows,
                                            latency_histogram, p50_micros, p95_micros, inferences, right_answers,
                                            wrong_answers, errors, newest_end_at)
                                        values (:device, :variant, :windows, :histogram, :p50, :p95, :inferences,
                                            :right, :wrong, :errors, :end)
                                        on conflict (device_id) do update set variant_sha256 = excluded.variant_sha256,
                                            windows = excluded.windows,
                                            latency_histogram = excluded.latency_histogram,
                                            p50_micros = excluded.p50_micros, p95_micros = excluded.p95_micros,
                                            inferences = excluded.inferences,
                                            right_answers = excluded.right_answers,
                                            wrong_answers = excluded.wrong_answers, errors = excluded.errors,
                                            newest_end_at = excluded.newest_end_at
                                        where device_telemetry.variant_sha256 <> excluded.variant_sha256
                                            and device_telemetry.newest_end_at <= excluded.newest_end_at"""), window.figures())
                        .bindMap(key)
                        .execute()
                == 1;
        if (first) {
            return;
        }
        tx.handle()
                .createQuery("""
                        select * from device_telemetry where device_id = :device and variant_sha256 = :variant
                        for update""")
                .bindMap(key)
                .map(JdbiTelemetry::map)
                .findOne()
                .ifPresent(sum -> figures(tx.handle().createUpdate("""
                                        update device_telemetry set windows = :windows,
                                            latency_histogram = :histogram, p50_micros = :p50, p95_micros = :p95,
                                            inferences = :inferences, right_answers = :right,
                                            wrong_answers = :wrong, errors = :errors,
                                            newest_end_at = greatest(newest_end_at, :end)
                                        where device_id = :device"""), sum.plus(window.figures()))
                        .bindMap(key)
                        .execute());
    }

    /** Adds a window to the minute that it ended in. */
    void addToMinute(Tx tx, Window window, Origin origin) {
        Map<String, Object> key = Map.of(
                "minute", window.end().truncatedTo(ChronoUnit.MINUTES),
                "fleet", origin.fleet(),
                "deviceClass", origin.deviceClass(),
                "variant", window.variant().hex());
        boolean first = figures(tx.handle().createUpdate("""
                                        insert into telemetry_minute (minute, fleet, device_class, variant_sha256,
                                            model_name, model_version, windows, latency_histogram, p50_micros,
                                            p95_micros, inferences, right_answers, wrong_answers, errors)
                                        values (:minute, :fleet, :deviceClass, :variant, :model, :version, :windows,
                                            :histogram, :p50, :p95, :inferences, :right, :wrong, :errors)
                                        on conflict do nothing"""), window.figures())
                        .bindMap(key)
                        .bind("model", window.modelName())
                        .bind("version", window.modelVersion())
                        .execute()
                == 1;
        if (first) {
            return;
        }
        Figures sum = tx.handle()
                .createQuery("""
                        select * from telemetry_minute where minute = :minute and fleet = :fleet
                            and device_class = :deviceClass and variant_sha256 = :variant for update""")
                .bindMap(key)
                .map(JdbiTelemetry::map)
                .one();
        figures(tx.handle().createUpdate("""
                                update telemetry_minute set windows = :windows, latency_histogram = :histogram,
                                    p50_micros = :p50, p95_micros = :p95, inferences = :inferences,
                                    right_answers = :right, wrong_answers = :wrong, errors = :errors
                                where minute = :minute and fleet = :fleet and device_class = :deviceClass
                                    and variant_sha256 = :variant"""), sum.plus(window.figures()))
                .bindMap(key)
                .execute();
    }

    private static <S extends SqlStatement<S>> S figures(S statement, Figures figures) {
        return statement
                .bind("windows", figures.windows())
                .bind("histogram", figures.latency().encode())
                .bind("p50", boxed(figures.latency().percentile(P50)))
                .bind("p95", boxed(figures.latency().percentile(P95)))
                .bind("inferences", figures.inferences())
                .bind("right", figures.right())
                .bind("wrong", figures.wrong())
                .bind("errors", figures.errors());
    }

    private static Optional<Double> boxed(OptionalDouble value) {
        return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }

    private static Figures map(ResultSet row, StatementContext context) throws SQLException {
        return new Figures(
                row.getLong("windows"),
                LatencyHistogram.decode(row.getBytes("latency_histogram")),
                row.getLong("inferences"),
                row.getLong("right_answers"),
                row.getLong("wrong_answers"),
                row.getLong("errors"));
    }
}
