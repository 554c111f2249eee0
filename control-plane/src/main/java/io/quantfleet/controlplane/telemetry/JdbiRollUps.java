package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sums of windows by time, fleet, class and variant. */
@Singleton
class JdbiRollUps {
    /** What windows of one bucket have in common. */
    record Key(Instant at, String fleet, String deviceClass, String variant, String model, int version) {}

    /** What roll-ups there still are. */
    @FunctionalInterface
    interface Kept {
        boolean keeps(Resolution resolution, Instant bucket);
    }

    /** The sums of windows by the minutes that they ended in. */
    static Map<Key, Figures> byMinute(List<JdbiWindows.Located> windows) {
        Map<Key, Figures.Sum> sums = new HashMap<>();
        for (JdbiWindows.Located located : windows) {
            sums.computeIfAbsent(minute(located), key -> new Figures.Sum())
                    .add(located.window().figures());
        }
        return figures(sums);
    }

    /** Adds sums by the minute to their minutes, hours and days, where these are still kept. */
    void add(Tx tx, Map<Key, Figures> minutes, Kept kept) {
        Map<Key, Figures> sums = minutes;
        for (Resolution resolution : Resolution.values()) {
            sums = resolution == Resolution.MINUTE ? sums : coarser(sums, resolution);
            // In one order everywhere, so that two instances wait for each other but never in a circle.
            sums.entrySet().stream()
                    .filter(entry -> kept.keeps(resolution, entry.getKey().at()))
                    .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                    .forEach(entry -> add(tx, resolution, entry.getKey(), entry.getValue()));
        }
    }

    private static Map<Key, Figures> coarser(Map<Key, Figures> finer, Resolution resolution) {
        Map<Key, Figures.Sum> sums = new HashMap<>();
        finer.forEach((key, figures) -> sums.computeIfAbsent(within(resolution, key), k -> new Figures.Sum())
                .add(figures));
        return figures(sums);
    }

    private static Map<Key, Figures> figures(Map<Key, Figures.Sum> sums) {
        Map<Key, Figures> figures = new HashMap<>();
        sums.forEach((key, sum) -> figures.put(key, sum.figures()));
        return figures;
    }

    private static Key minute(JdbiWindows.Located located) {
        Window window = located.window();
        return new Key(
                Resolution.MINUTE.bucket(window.countedAt()),
                located.origin().fleet(),
                located.origin().deviceClass(),
                window.variant().hex(),
                window.modelName(),
                window.modelVersion());
    }

    private static Key within(Resolution resolution, Key key) {
        return new Key(
                resolution.bucket(key.at()), key.fleet(), key.deviceClass(), key.variant(), key.model(), key.version());
    }

    private static void add(Tx tx, Resolution resolution, Key key, Figures figures) {
        Map<String, Object> where = Map.of(
                "at", key.at(),
                "fleet", key.fleet(),
                "deviceClass", key.deviceClass(),
                "variant", key.variant());
        boolean first = JdbiWindows.figures(
                                tx.handle()
                                        .createUpdate("""
                                        insert into <table> (<column>, fleet, device_class, variant_sha256,
                                            model_name, model_version, windows, latency_histogram, p50_micros,
                                            p95_micros, inferences, right_answers, wrong_answers, errors, requests,
                                            feedback_right, feedback_wrong, distributions)
                                        values (:at, :fleet, :deviceClass, :variant, :model, :version, :windows,
                                            :histogram, :p50, :p95, :inferences, :right, :wrong, :errors, :requests,
                                            :feedbackRight, :feedbackWrong, :distributions)
                                        on conflict do nothing""")
                                        .define("table", resolution.table())
                                        .define("column", resolution.column()),
                                figures)
                        .bindMap(where)
                        .bind("model", key.model())
                        .bind("version", key.version())
                        .bind("distributions", figures.distributions().encode())
                        .execute()
                == 1;
        if (!first) {
            addToExisting(tx, resolution, where, figures);
        }
    }

    private static void addToExisting(Tx tx, Resolution resolution, Map<String, Object> where, Figures figures) {
        Figures sum = tx.handle()
                .createQuery("""
                        select * from <table> where <column> = :at and fleet = :fleet
                            and device_class = :deviceClass and variant_sha256 = :variant for update""")
                .define("table", resolution.table())
                .define("column", resolution.column())
                .bindMap(where)
                .map((row, context) -> read(row))
                .one();
        Figures total = new Figures.Sum().add(sum).add(figures).figures();
        JdbiWindows.figures(
                        tx.handle()
                                .createUpdate("""
                                update <table> set windows = :windows, latency_histogram = :histogram,
                                    p50_micros = :p50, p95_micros = :p95, inferences = :inferences,
                                    right_answers = :right, wrong_answers = :wrong, errors = :errors,
                                    requests = :requests, feedback_right = :feedbackRight,
                                    feedback_wrong = :feedbackWrong, distributions = :distributions
                                where <column> = :at and fleet = :fleet and device_class = :deviceClass
                                    and variant_sha256 = :variant""")
                                .define("table", resolution.table())
                                .define("column", resolution.column()),
                        total)
                .bindMap(where)
                .bind("distributions", total.distributions().encode())
                .execute();
    }

    /** One row of any resolution. */
    static Figures read(ResultSet row) throws SQLException {
        Counts counts = new Counts(
                row.getLong("windows"),
                row.getLong("inferences"),
                row.getLong("right_answers"),
                row.getLong("wrong_answers"),
                row.getLong("errors"),
                row.getLong("requests"),
                row.getLong("feedback_right"),
                row.getLong("feedback_wrong"));
        return new Figures(
                counts,
                LatencyHistogram.decode(row.getBytes("latency_histogram")),
                Distributions.decode(row.getBytes("distributions")));
    }
}
