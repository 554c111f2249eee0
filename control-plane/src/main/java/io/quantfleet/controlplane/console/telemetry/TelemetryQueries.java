package io.quantfleet.controlplane.console.telemetry;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.statement.Query;

/** Reads telemetry, merging what it reads as it comes. */
@Singleton
public class TelemetryQueries {
    private static final String MINUTES = """
            select minute as at, fleet, device_class, variant_sha256, model_name, model_version, latency_histogram,
                   inferences, right_answers, wrong_answers, errors
              from telemetry_minute
             where minute >= :from and (:fleet = '' or fleet = :fleet)
               and (:deviceClass = '' or device_class = :deviceClass)
               and (:model = '' or model_name = :model) and (:version = 0 or model_version = :version)
               and (:variantSha256 = '' or variant_sha256 = :variantSha256)
             order by model_name, model_version desc, device_class, minute
            """;

    private static final String WINDOWS = """
            select end_at as at, fleet, device_class, variant_sha256, model_name, model_version, latency_histogram,
                   inferences, right_answers, wrong_answers, errors
              from telemetry_window where device_id = :device and end_at >= :from order by end_at
            """;

    private final ConsoleDatabase database;

    TelemetryQueries(ConsoleDatabase database) {
        this.database = database;
    }

    /** Everything since {@code from}. */
    public Measured since(Instant from) {
        return Measured.of(database.read(handle -> sums(
                handle.createQuery(MINUTES).bindMethods(Selection.all()).bind("from", from),
                row -> new Measured.Key(row.getString("fleet"), variant(row)))));
    }

    /** Figures since {@code from}, by variant: the models by name, their newest version first. */
    public Map<VariantKey, Figures> byVariant(Selection selection, Instant from) {
        return database.read(handle -> merge(
                handle.createQuery(MINUTES).bindMethods(selection).bind("from", from), TelemetryQueries::variant));
    }

    private static VariantKey variant(ResultSet row) throws SQLException {
        return new VariantKey(
                row.getString("model_name"),
                row.getInt("model_version"),
                row.getString("device_class"),
                row.getString("variant_sha256"));
    }

    /** The points of a chart; intervals without telemetry have none. */
    List<Point> points(Selection selection, Span span, Instant now) {
        return database.read(handle ->
                points(handle.createQuery(MINUTES).bindMethods(selection).bind("from", span.start(now)), span));
    }

    /** The points of a chart of one device, from its own windows. */
    List<Point> pointsOfDevice(String deviceId, Span span, Instant now) {
        return database.read(handle ->
                points(handle.createQuery(WINDOWS).bind("device", deviceId).bind("from", span.start(now)), span));
    }

    private static List<Point> points(Query query, Span span) {
        Map<Instant, Figures> byTime = new TreeMap<>(merge(
                query,
                row -> span.bucket(row.getObject("at", OffsetDateTime.class).toInstant())));
        return byTime.entrySet().stream()
                .map(entry -> new Point(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static <K> Map<K, Figures> merge(Query query, Column<K> key) {
        Map<K, Figures> figures = new LinkedHashMap<>();
        sums(query, key).forEach((k, measurements) -> figures.put(k, measurements.figures()));
        return figures;
    }

    private static <K> Map<K, Measurements> sums(Query query, Column<K> key) {
        Map<K, Measurements> merged = new LinkedHashMap<>();
        query.map((row, context) -> {
                    merged.computeIfAbsent(key.of(row), k -> new Measurements())
                            .add(row.getBytes("latency_histogram"), counts(row));
                    return true;
                })
                .forEach(read -> {});
        return merged;
    }

    private static Measurements.Counts counts(ResultSet row) throws SQLException {
        return new Measurements.Counts(
                row.getLong("inferences"),
                row.getLong("right_answers"),
                row.getLong("wrong_answers"),
                row.getLong("errors"));
    }

    /** What rows are grouped by. */
    private interface Column<K> {
        K of(ResultSet row) throws SQLException;
    }
}
