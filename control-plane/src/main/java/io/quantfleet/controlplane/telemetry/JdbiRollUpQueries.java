package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.statement.Query;

/** Reads roll-ups and adds them up; percentiles come from the sums, never from other percentiles. */
@Singleton
class JdbiRollUpQueries {
    /** What rows are told apart by. */
    private interface Grouping<K> {
        K of(ResultSet row) throws SQLException;
    }

    /** A variant in a fleet and class. */
    record Group(String fleet, String deviceClass, String model, int version, String variant)
            implements Comparable<Group> {
        private static Group of(ResultSet row) throws SQLException {
            return new Group(
                    row.getString("fleet"),
                    row.getString("device_class"),
                    row.getString("model_name"),
                    row.getInt("model_version"),
                    row.getString("variant_sha256"));
        }

        @Override
        public int compareTo(Group other) {
            return toString().compareTo(other.toString());
        }
    }

    /** Figures of a span; none if there are none. */
    Optional<Figures> sum(Tx tx, Selection selection, List<SpanPlan.Piece> span) {
        return Optional.ofNullable(sums(tx, selection, span, row -> true).get(true));
    }

    /** Figures of a span by fleet, class and variant. */
    Map<Group, Figures> byVariant(Tx tx, Selection selection, List<SpanPlan.Piece> span) {
        return sums(tx, selection, span, Group::of);
    }

    private static <K extends Comparable<K>> Map<K, Figures> sums(
            Tx tx, Selection selection, List<SpanPlan.Piece> span, Grouping<K> grouping) {
        Map<K, Figures.Sum> sums = new TreeMap<>();
        for (SpanPlan.Piece piece : span) {
            query(tx, selection, piece)
                    .map((row, context) -> {
                        sums.computeIfAbsent(grouping.of(row), key -> new Figures.Sum())
                                .add(JdbiRollUps.read(row));
                        return true;
                    })
                    .forEach(read -> {});
        }
        return figures(sums);
    }

    /** Figures in steps from the beginning of the piece on; steps without telemetry are missing. */
    Map<Instant, Figures> steps(Tx tx, Selection selection, SpanPlan.Piece piece, long stepSeconds) {
        long begin = piece.from().getEpochSecond();
        return sums(tx, selection, List.of(piece), row -> {
            long second = Rows.instant(row, "at").getEpochSecond();
            return Instant.ofEpochSecond(begin + Math.floorDiv(second - begin, stepSeconds) * stepSeconds);
        });
    }

    private static Query query(Tx tx, Selection selection, SpanPlan.Piece piece) {
        return tx.handle()
                .createQuery("""
                        select <column> as at, fleet, device_class, variant_sha256, model_name, model_version, windows,
                               latency_histogram, inferences, right_answers, wrong_answers, errors, requests,
                               feedback_right, feedback_wrong, distributions
                          from <table>
                         where <column> >= :from and <column> \\< :to and (:fleet = '' or fleet = :fleet)
                           and (:deviceClass = '' or device_class = :deviceClass)
                           and (:model = '' or model_name = :model) and (:version = 0 or model_version = :version)
                           and (:variant = '' or variant_sha256 = :variant)""")
                .define("table", piece.resolution().table())
                .define("column", piece.resolution().column())
                .bind("fleet", selection.fleet())
                .bind("deviceClass", selection.deviceClass())
                .bind("model", selection.model())
                .bind("version", selection.version())
                .bind("variant", selection.variant())
                .bind("from", piece.from())
                .bind("to", piece.to());
    }

    private static <K extends Comparable<K>> Map<K, Figures> figures(Map<K, Figures.Sum> sums) {
        Map<K, Figures> figures = new TreeMap<>();
        sums.forEach((key, sum) -> figures.put(key, sum.figures()));
        return figures;
    }
}
