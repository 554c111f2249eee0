package io.quantfleet.controlplane.console.telemetry;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import io.quantfleet.controlplane.telemetry.SpanPlan;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Reads telemetry, merging what it reads as it comes: of a span whole days and hours where there are some, and minutes at
 * its edges.
 */
@Singleton
public class TelemetryQueries {
    private static final String ROLL_UPS = """
            select <column> as at, fleet, device_class, variant_sha256, model_name, model_version, latency_histogram,
                   inferences, right_answers, wrong_answers, errors
              from <table>
             where <column> >= :from and <column> \\< :to and (:fleet = '' or fleet = :fleet)
               and (:deviceClass = '' or device_class = :deviceClass)
               and (:model = '' or model_name = :model) and (:version = 0 or model_version = :version)
               and (:variantSha256 = '' or variant_sha256 = :variantSha256)
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

    /** Everything from {@code from} to {@code now}. */
    public Measured since(Instant from, Instant now) {
        return Measured.of(database.read(handle -> sums(
                rollUps(handle, Selection.all(), SpanPlan.of(from, Span.end(now))),
                row -> new Measured.Key(row.getString("fleet"), variant(row)))));
    }

    /** Figures from {@code from} to {@code now}, by variant: the models by name, their newest version first. */
    public Map<VariantKey, Figures> byVariant(Selection selection, Instant from, Instant now) {
        return database.read(handle ->
                merge(rollUps(handle, selection, SpanPlan.of(from, Span.end(now))), TelemetryQueries::variant));
    }

    private static List<Query> rollUps(Handle handle, Selection selection, List<SpanPlan.Piece> pieces) {
        return pieces.stream()
                .map(piece -> handle.createQuery(ROLL_UPS)
                        .define("table", piece.resolution().table())
                        .define("column", piece.resolution().column())
                        .bindMethods(selection)
                        .bind("from", piece.from())
                        .bind("to", piece.to()))
                .toList();
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
        SpanPlan.Piece piece =
                SpanPlan.inSteps(span.start(now), Span.end(now), span.step().toSeconds());
        return database.read(handle -> points(rollUps(handle, selection, List.of(piece)), span));
    }

    /** The points of a chart of one device, from its own windows. */
    List<Point> pointsOfDevice(String deviceId, Span span, Instant now) {
        return database.read(handle -> points(
                List.of(handle.createQuery(WINDOWS).bind("device", deviceId).bind("from", span.start(now))), span));
    }

    private static List<Point> points(List<Query> queries, Span span) {
        return merge(
                        queries,
                        row -> span.bucket(
                                row.getObject("at", OffsetDateTime.class).toInstant()))
                .entrySet()
                .stream()
                .map(entry -> new Point(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static <K extends Comparable<K>> Map<K, Figures> merge(List<Query> queries, Column<K> key) {
        Map<K, Figures> figures = new LinkedHashMap<>();
        sums(queries, key).forEach((k, measurements) -> figures.put(k, measurements.figures()));
        return figures;
    }

    /** In the order of the keys. */
    private static <K extends Comparable<K>> Map<K, Measurements> sums(List<Query> queries, Column<K> key) {
        Map<K, Measurements> merged = new TreeMap<>();
        for (Query query : queries) {
            query.map((row, context) -> {
                        merged.computeIfAbsent(key.of(row), k -> new Measurements())
                                .add(row.getBytes("latency_histogram"), counts(row));
                        return true;
                    })
                    .forEach(read -> {});
        }
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
