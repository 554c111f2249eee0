package io.quantfleet.cli.bench;

import io.quantfleet.cli.CliException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Looks into a control plane's database from outside: which windows can be seen there, and since when. Some of the windows
 * are watched, a few each second, so that watching costs nothing beside counting. For one connection, used by one thread at
 * a time.
 */
final class StoredWindows implements AutoCloseable {
    private static final long BETWEEN_LOOKS_MILLIS = 25;

    /** A window that is watched. */
    private record Watched(String device, long number) {}

    private final Connection connection;
    private final Map<Watched, Long> publishedAt = new ConcurrentHashMap<>();
    private final List<Double> delays = new ArrayList<>();
    private final Thread watcher;

    StoredWindows(String jdbc) throws SQLException {
        this.connection = DriverManager.getConnection(jdbc, "quantfleet", "quantfleet");
        this.watcher = new Thread(this::watch, "stored-windows");
        watcher.setDaemon(true);
    }

    /** Begins to look for what is watched. */
    void start() {
        watcher.start();
    }

    /** Notes that a window is being published now, and waits for it to be seen. */
    void watch(String device, long number) {
        publishedAt.put(new Watched(device, number), System.nanoTime());
    }

    /** How many watched windows have not been seen yet. */
    int waiting() {
        return publishedAt.size();
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look();
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw new CliException("looking for windows failed: " + e.getMessage(), e);
        }
    }

    private synchronized void look() throws SQLException {
        List<Watched> missing = List.copyOf(publishedAt.keySet());
        if (missing.isEmpty()) {
            return;
        }
        try (PreparedStatement query = connection.prepareStatement(
                "select given.device, given.number from unnest(?, ?) as given (device, number)"
                        + " join telemetry_series s on s.device_id = given.device where s.seen @> given.number")) {
            query.setArray(
                    1,
                    connection.createArrayOf(
                            "text", missing.stream().map(Watched::device).toArray()));
            query.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint", missing.stream().map(Watched::number).toArray()));
            try (ResultSet seen = query.executeQuery()) {
                long now = System.nanoTime();
                while (seen.next()) {
                    Long since = publishedAt.remove(new Watched(seen.getString(1), seen.getLong(2)));
                    if (since != null) {
                        delays.add((now - since) / 1e6);
                    }
                }
            }
        }
    }

    /** A percentile of the time from publishing a watched window until it was seen, milliseconds. */
    synchronized double delayMillis(double percentile) {
        List<Double> sorted = delays.stream().sorted().toList();
        return sorted.isEmpty()
                ? Double.NaN
                : sorted.get((int) Math.min(sorted.size() - 1, Math.ceil(percentile / 100 * sorted.size()) - 1));
    }

    /** How many windows were watched and seen. */
    synchronized int seen() {
        return delays.size();
    }

    /** How many windows the roll-ups by day count. */
    long counted() throws SQLException {
        return one("select coalesce(sum(windows), 0) from telemetry_day");
    }

    /** How many different numbers of windows are noted as counted. */
    long distinct() throws SQLException {
        return one("select coalesce(sum(upper(r) - lower(r)), 0) from telemetry_series, unnest(seen) as r");
    }

    /** How many windows are still kept as they came. */
    long raw() throws SQLException {
        return one("select count(*) from telemetry_window");
    }

    /** The size of the database on disk, bytes, without the log of transactions. */
    long databaseBytes() throws SQLException {
        return one("select pg_database_size(current_database())");
    }

    /** The sizes of the tables on disk with all that belongs to them (a partition's under its table's name), bytes. */
    synchronized Map<String, Long> tableBytes() throws SQLException {
        Map<String, Long> bytes = new TreeMap<>();
        try (PreparedStatement query = connection.prepareStatement("""
                        select coalesce(i.inhparent, c.oid)::regclass::text, sum(pg_total_relation_size(c.oid))::bigint
                          from pg_class c left join pg_inherits i on i.inhrelid = c.oid
                         where c.relkind in ('r', 'm') group by 1""");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                bytes.put(row.getString(1), row.getLong(2));
            }
        }
        return bytes;
    }

    private synchronized long one(String sql) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql);
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        watcher.interrupt();
        connection.close();
    }
}
