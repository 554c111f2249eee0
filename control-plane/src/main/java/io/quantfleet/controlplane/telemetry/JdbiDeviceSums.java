package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import org.jdbi.v3.core.argument.Argument;
import org.jspecify.annotations.Nullable;

/** The sums of devices' windows with the variants that they served last: what lists of devices and gates look at. */
@Singleton
class JdbiDeviceSums {
    private static final String BIGINT = "bigint";
    private static final String DOUBLE = "float8";

    /** A device's sum: all its windows with the variant that it served last. */
    private static final class Sum {
        private String variant;
        private Figures.Sum figures;
        private Instant newestEnd;

        Sum(String variant, Figures figures, Instant newestEnd) {
            this.variant = variant;
            this.figures = new Figures.Sum().add(figures);
            this.newestEnd = newestEnd;
        }

        /** A window of another variant that is newer begins a new sum; one that is older is not in it. */
        void add(Window window) {
            boolean isOlder = window.end().isBefore(newestEnd);
            if (!window.variant().hex().equals(variant)) {
                if (isOlder) {
                    return;
                }
                variant = window.variant().hex();
                figures = new Figures.Sum();
            }
            figures.add(window.figures());
            newestEnd = isOlder ? newestEnd : window.end();
        }
    }

    /** Adds windows, in this order, to the sums of their devices; the rows of their numberings must be held. */
    void add(Tx tx, List<Window> windows) {
        Map<String, Sum> sums = new HashMap<>();
        tx.handle()
                .createQuery("select * from device_telemetry where device_id = any(:devices) order by device_id"
                        + " for no key update")
                .bindArray(
                        "devices",
                        String.class,
                        windows.stream()
                                .map(window -> window.device().value())
                                .distinct()
                                .toList())
                .map((row, context) -> Map.entry(
                        row.getString("device_id"),
                        new Sum(row.getString("variant_sha256"), figures(row), Rows.instant(row, "newest_end_at"))))
                .forEach(entry -> sums.put(entry.getKey(), entry.getValue()));
        Map<String, Sum> changed = new TreeMap<>();
        for (Window window : windows) {
            String device = window.device().value();
            Sum sum = sums.get(device);
            if (sum == null) {
                sum = new Sum(window.variant().hex(), window.figures(), window.end());
                sums.put(device, sum);
            } else {
                sum.add(window);
            }
            changed.put(device, sum);
        }
        write(tx, changed);
    }

    /** In one statement: thousands of devices say something each second. */
    private static void write(Tx tx, Map<String, Sum> changed) {
        List<Sum> sums = List.copyOf(changed.values());
        List<Figures> figures = sums.stream().map(sum -> sum.figures.figures()).toList();
        tx.handle()
                .createUpdate("""
                        insert into device_telemetry (device_id, variant_sha256, windows, latency_histogram,
                            p50_micros, p95_micros, inferences, right_answers, wrong_answers, errors,
                            feedback_right, feedback_wrong, newest_end_at)
                        select * from unnest(:device, :variant, :windows, :histogram, :p50, :p95, :inferences, :right,
                            :wrong, :errors, :feedbackRight, :feedbackWrong, :end)
                        on conflict (device_id) do update set variant_sha256 = excluded.variant_sha256,
                            windows = excluded.windows, latency_histogram = excluded.latency_histogram,
                            p50_micros = excluded.p50_micros, p95_micros = excluded.p95_micros,
                            inferences = excluded.inferences, right_answers = excluded.right_answers,
                            wrong_answers = excluded.wrong_answers, errors = excluded.errors,
                            feedback_right = excluded.feedback_right, feedback_wrong = excluded.feedback_wrong,
                            newest_end_at = excluded.newest_end_at""")
                .bind("device", array("text", changed.keySet()))
                .bind("variant", array("text", each(sums, sum -> sum.variant)))
                .bind("windows", array(BIGINT, each(figures, one -> one.counts().windows())))
                .bind(
                        "histogram",
                        array(
                                "bytea",
                                figures.stream()
                                        .map(one -> one.latency().encode())
                                        .toArray(byte[][]::new)))
                .bind("p50", array(DOUBLE, each(figures, one -> percentile(one, JdbiWindows.P50))))
                .bind("p95", array(DOUBLE, each(figures, one -> percentile(one, JdbiWindows.P95))))
                .bind("inferences", array(BIGINT, each(figures, one -> one.counts()
                        .inferences())))
                .bind("right", array(BIGINT, each(figures, one -> one.counts().right())))
                .bind("wrong", array(BIGINT, each(figures, one -> one.counts().wrong())))
                .bind("errors", array(BIGINT, each(figures, one -> one.counts().errors())))
                .bind("feedbackRight", array(BIGINT, each(figures, one -> one.counts()
                        .feedbackRight())))
                .bind("feedbackWrong", array(BIGINT, each(figures, one -> one.counts()
                        .feedbackWrong())))
                .bind("end", array("timestamptz", each(sums, sum -> sum.newestEnd.toString())))
                .execute();
    }

    private static <T> List<@Nullable Object> each(List<T> all, Function<T, @Nullable Object> value) {
        List<@Nullable Object> values = new ArrayList<>(all.size());
        all.forEach(one -> values.add(value.apply(one)));
        return values;
    }

    private static @Nullable Double percentile(Figures figures, double percent) {
        OptionalDouble value = figures.latency().percentile(percent);
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private static Argument array(String type, Collection<? extends @Nullable Object> values) {
        return array(type, values.toArray());
    }

    /** @param values as the driver wants them: an array of arrays of bytes must be one by its type */
    private static Argument array(String type, @Nullable Object[] values) {
        return (position, statement, context) ->
                statement.setArray(position, statement.getConnection().createArrayOf(type, values));
    }

    private static Figures figures(ResultSet row) throws SQLException {
        Counts counts = new Counts(
                row.getLong("windows"),
                row.getLong("inferences"),
                row.getLong("right_answers"),
                row.getLong("wrong_answers"),
                row.getLong("errors"),
                0,
                row.getLong("feedback_right"),
                row.getLong("feedback_wrong"));
        return new Figures(counts, LatencyHistogram.decode(row.getBytes("latency_histogram")), Distributions.NONE);
    }
}
