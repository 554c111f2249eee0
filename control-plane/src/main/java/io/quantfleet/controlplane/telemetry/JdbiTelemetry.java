package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;

/** Windows and their sums in the database. */
@Singleton
class JdbiTelemetry {
    private static final double P50 = 50;
    private static final double P95 = 95;

    /** Where a device belongs; its own word is not taken for it. */
    record Origin(String fleet, String deviceClass) {}

    /**
     * Notes that these devices were heard of, and says where they belong; those that are not enrolled are missing. Their
     * rows are held until the transaction ends, taken in the order of ids as everywhere.
     */
    Map<DeviceId, Origin> origins(Tx tx, Collection<DeviceId> devices, Instant now) {
        Map<DeviceId, Origin> origins = new HashMap<>();
        tx.handle()
                .createQuery("""
                        with held as (
                            select device_id from device where device_id = any(:devices)
                            order by device_id for no key update)
                        update device d set last_seen = :now from held where d.device_id = held.device_id
                        returning d.device_id, d.fleet, d.device_class""")
                .bind("now", now)
                .bindArray(
                        "devices",
                        String.class,
                        devices.stream().map(DeviceId::value).toList())
                .map((row, context) -> Map.entry(
                        new DeviceId(row.getString("device_id")),
                        new Origin(row.getString("fleet"), row.getString("device_class"))))
                .forEach(entry -> origins.put(entry.getKey(), entry.getValue()));
        return origins;
    }

    /** A window and where it belongs. */
    record Located(Window window, Origin origin) {}

    /** Stores windows; those that are new. */
    List<Located> insert(Tx tx, List<Located> windows, Instant now) {
        PreparedBatch batch = tx.handle().prepareBatch("""
                        insert into telemetry_window (device_id, window_number, start_at, end_at, deployment_id,
                            variant_sha256, model_name, model_version, device_class, fleet, latency_histogram,
                            p50_micros, p95_micros, inferences, right_answers, wrong_answers, errors, rss_bytes,
                            cpu_temperature_celsius, received_at)
                        values (:device, :number, :start, :end, :deployment, :variant, :model, :version, :deviceClass,
                            :fleet, :histogram, :p50, :p95, :inferences, :right, :wrong, :errors, :rss, :temperature,
                            :now)
                        on conflict do nothing""");
        for (Located located : windows) {
            Window window = located.window();
            figures(batch, window.figures())
                    .bind("device", window.device().value())
                    .bind("number", window.number())
                    .bind("start", window.start())
                    .bind("end", window.end())
                    .bind("deployment", window.deployment())
                    .bind("variant", window.variant().hex())
                    .bind("model", window.modelName())
                    .bind("version", window.modelVersion())
                    .bind("deviceClass", located.origin().deviceClass())
                    .bind("fleet", located.origin().fleet())
                    .bind("rss", window.rssBytes())
                    .bind("temperature", window.cpuTemperature())
                    .bind("now", now)
                    .add();
        }
        int[] inserted = batch.execute();
        return IntStream.range(0, inserted.length)
                .filter(i -> inserted[i] == 1)
                .mapToObj(windows::get)
                .toList();
    }

    /** A device's sum: all its windows with the variant that it served last. */
    private record Sum(String variant, Figures figures, Instant newestEnd) {
        static Sum of(Window window) {
            return new Sum(window.variant().hex(), window.figures(), window.end());
        }

        /** A window of another variant that is newer begins a new sum; one that is older is not in it. */
        Sum plus(Window window) {
            if (window.variant().hex().equals(variant)) {
                Instant end = window.end().isAfter(newestEnd) ? window.end() : newestEnd;
                return new Sum(variant, figures.plus(window.figures()), end);
            }
            return window.end().isBefore(newestEnd) ? this : of(window);
        }
    }

    /** Adds windows, in this order, to the sums of their devices, whose rows must be held. */
    void addToDevices(Tx tx, List<Window> windows) {
        Map<String, Sum> sums = new HashMap<>();
        tx.handle()
                .createQuery("select * from device_telemetry where device_id = any(:devices)")
                .bindArray(
                        "devices",
                        String.class,
                        windows.stream().map(window -> window.device().value()).toList())
                .map((row, context) -> Map.entry(
                        row.getString("device_id"),
                        new Sum(
                                row.getString("variant_sha256"),
                                map(row, context),
                                Rows.instant(row, "newest_end_at"))))
                .forEach(entry -> sums.put(entry.getKey(), entry.getValue()));
        Set<String> changed = new LinkedHashSet<>();
        for (Window window : windows) {
            String device = window.device().value();
            Sum before = sums.get(device);
            sums.put(device, before == null ? Sum.of(window) : before.plus(window));
            changed.add(device);
        }
        PreparedBatch batch = tx.handle().prepareBatch("""
                        insert into device_telemetry (device_id, variant_sha256, windows, latency_histogram,
                            p50_micros, p95_micros, inferences, right_answers, wrong_answers, errors, newest_end_at)
                        values (:device, :variant, :windows, :histogram, :p50, :p95, :inferences, :right, :wrong,
                            :errors, :end)
                        on conflict (device_id) do update set variant_sha256 = excluded.variant_sha256,
                            windows = excluded.windows, latency_histogram = excluded.latency_histogram,
                            p50_micros = excluded.p50_micros, p95_micros = excluded.p95_micros,
                            inferences = excluded.inferences, right_answers = excluded.right_answers,
                            wrong_answers = excluded.wrong_answers, errors = excluded.errors,
                            newest_end_at = excluded.newest_end_at""");
        for (String device : changed) {
            Sum sum = Objects.requireNonNull(sums.get(device), "put above");
            figures(batch, sum.figures())
                    .bind("device", device)
                    .bind("variant", sum.variant())
                    .bind("end", sum.newestEnd())
                    .add();
        }
        batch.execute();
    }

    /** One row of what dashboards draw. */
    private record Minute(Instant minute, String fleet, String deviceClass, String variant, String model, int version) {
        static Minute of(Located located) {
            Window window = located.window();
            return new Minute(
                    window.end().truncatedTo(ChronoUnit.MINUTES),
                    located.origin().fleet(),
                    located.origin().deviceClass(),
                    window.variant().hex(),
                    window.modelName(),
                    window.modelVersion());
        }
    }

    /** Adds windows to the minutes that they ended in, taken in one order everywhere. */
    void addToMinutes(Tx tx, List<Located> windows) {
        Map<Minute, Figures> minutes = new LinkedHashMap<>();
        windows.forEach(
                located -> minutes.merge(Minute.of(located), located.window().figures(), Figures::plus));
        minutes.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                .forEach(entry -> addToMinute(tx, entry.getKey(), entry.getValue()));
    }

    private static void addToMinute(Tx tx, Minute minute, Figures figures) {
        Map<String, Object> key = Map.of(
                "minute", minute.minute(),
                "fleet", minute.fleet(),
                "deviceClass", minute.deviceClass(),
                "variant", minute.variant());
        boolean first = figures(tx.handle().createUpdate("""
                                        insert into telemetry_minute (minute, fleet, device_class, variant_sha256,
                                            model_name, model_version, windows, latency_histogram, p50_micros,
                                            p95_micros, inferences, right_answers, wrong_answers, errors)
                                        values (:minute, :fleet, :deviceClass, :variant, :model, :version, :windows,
                                            :histogram, :p50, :p95, :inferences, :right, :wrong, :errors)
                                        on conflict do nothing"""), figures)
                        .bindMap(key)
                        .bind("model", minute.model())
                        .bind("version", minute.version())
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
                                    and variant_sha256 = :variant"""), sum.plus(figures)).bindMap(key).execute();
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
