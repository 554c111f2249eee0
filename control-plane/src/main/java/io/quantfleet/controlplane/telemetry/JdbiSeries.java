package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Which windows have been counted: for each numbering of a device a set of ranges, whose size does not grow with the
 * number of windows. Whoever counts windows holds the rows of their numberings until the transaction ends, in one order
 * everywhere, so that a window is counted once whatever instances read it how often.
 */
@Singleton
class JdbiSeries {
    /** A device that leaves more holes invents its numbers; the holes are taken for counted. */
    private static final int MOST_RANGES = 1000;

    private record NumberInSeries(String device, long series, long number) {
        static NumberInSeries of(Window window) {
            return new NumberInSeries(window.device().value(), window.series(), window.number());
        }
    }

    /** Notes windows as counted; those that had not been, in the order in which they came. */
    List<JdbiWindows.Located> takeNew(Tx tx, List<JdbiWindows.Located> windows) {
        Map<NumberInSeries, JdbiWindows.Located> byNumber = new LinkedHashMap<>();
        windows.forEach(located -> byNumber.putIfAbsent(NumberInSeries.of(located.window()), located));
        List<NumberInSeries> numbers = List.copyOf(byNumber.keySet());
        bind(tx.handle().createUpdate("""
                        insert into telemetry_series (device_id, series, seen)
                        select distinct device, series, cast('{}' as int8multirange)
                          from unnest(:devices, :series) as given (device, series) order by 1, 2
                        on conflict do nothing"""), numbers).execute();
        List<NumberInSeries> news = bind(tx.handle().createQuery("""
                        select given.device, given.series, given.number
                          from telemetry_series s
                          join unnest(:devices, :series, :numbers) as given (device, series, number)
                            on s.device_id = given.device and s.series = given.series
                         where not s.seen @> given.number
                         order by 1, 2 for no key update of s"""), numbers)
                .bindArray(
                        "numbers",
                        Long.class,
                        numbers.stream().map(NumberInSeries::number).toList())
                .map((row, context) ->
                        new NumberInSeries(row.getString("device"), row.getLong("series"), row.getLong("number")))
                .list();
        note(tx, news);
        Collection<JdbiWindows.Located> taken = new ArrayList<>();
        Set<NumberInSeries> isNew = Set.copyOf(news);
        byNumber.forEach((number, located) -> {
            if (isNew.contains(number)) {
                taken.add(located);
            }
        });
        return List.copyOf(taken);
    }

    private static void note(Tx tx, List<NumberInSeries> news) {
        bind(tx.handle().createUpdate("""
                        update telemetry_series s
                           set seen = case when (select count(*) from unnest(s.seen)) < :most then s.seen + given.numbers
                                else int8multirange(range_merge(s.seen + given.numbers)) end
                          from (select device, series, range_agg(int8range(number, number, '[]')) as numbers
                                  from unnest(:devices, :series, :numbers) as g (device, series, number)
                                 group by device, series) given
                         where s.device_id = given.device and s.series = given.series"""), news)
                .bindArray(
                        "numbers",
                        Long.class,
                        news.stream().map(NumberInSeries::number).toList())
                .bind("most", MOST_RANGES)
                .execute();
    }

    private static <S extends SqlStatement<S>> S bind(S statement, List<NumberInSeries> numbers) {
        return statement
                .bindArray(
                        "devices",
                        String.class,
                        numbers.stream().map(NumberInSeries::device).toList())
                .bindArray(
                        "series",
                        Long.class,
                        numbers.stream().map(NumberInSeries::series).toList());
    }
}
