package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the tables of telemetry in partitions by time: makes those that will be needed, drops those whose time is over,
 * and says what can be stored. Several instances may do so side by side. Safe for use by several threads.
 */
@Singleton
public class TelemetryPartitions implements AutoCloseable {
    private static final String WINDOWS = "telemetry_window";
    private static final int WINDOWS_PARTS = 12;
    private static final Duration NARROWEST = Duration.ofSeconds(10);
    private static final Duration WIDEST = Duration.ofDays(1);
    private static final Duration LEAST_AHEAD = Duration.ofMinutes(10);
    private static final Duration SELDOM = Duration.ofMinutes(1);

    private final Database database;
    private final JdbiPartitions partitions;
    private final TelemetryRetention retention;
    private final Clock clock;
    private final Ticker ticker;
    private final Map<String, JdbiPartitions.Covered> covered = new ConcurrentHashMap<>();

    TelemetryPartitions(Database database, JdbiPartitions partitions, TelemetryRetention retention, Clock clock) {
        this.database = database;
        this.partitions = partitions;
        this.retention = retention;
        this.clock = clock;
        Duration width = windowsWidth();
        this.ticker = new Ticker("partitions", width.compareTo(SELDOM) < 0 ? width : SELDOM, this::bringUpToDate);
    }

    /** Makes what is needed now, and looks again now and then. */
    public void start() {
        bringUpToDate();
        ticker.start();
    }

    /** Makes and drops what is due. */
    void bringUpToDate() {
        bringUpToDate(new JdbiPartitions.Plan(WINDOWS, windowsWidth(), retention.windows(), ahead(windowsWidth())));
        for (Resolution resolution : Resolution.values()) {
            bringUpToDate(new JdbiPartitions.Plan(
                    resolution.table(),
                    resolution.partition(),
                    retention.of(resolution),
                    ahead(resolution.partition())));
        }
    }

    /** Each table in a transaction of its own: one that is held up holds up no other. */
    private void bringUpToDate(JdbiPartitions.Plan plan) {
        Instant now = clock.instant();
        covered.put(plan.table(), database.inTransaction(tx -> partitions.bringUpToDate(tx, plan, now)));
    }

    private Duration windowsWidth() {
        Duration part = retention.windows().dividedBy(WINDOWS_PARTS).truncatedTo(ChronoUnit.SECONDS);
        if (part.compareTo(NARROWEST) < 0) {
            return NARROWEST;
        }
        return part.compareTo(WIDEST) > 0 ? WIDEST : part;
    }

    private static Duration ahead(Duration width) {
        Duration two = width.multipliedBy(2);
        return two.compareTo(LEAST_AHEAD) < 0 ? LEAST_AHEAD : two;
    }

    /** Whether the roll-ups of that time are kept. */
    boolean keeps(Resolution resolution, Instant bucket) {
        return covers(resolution.table(), bucket);
    }

    /** Whether windows received at that time are kept as they came. */
    boolean keepsWindows(Instant received) {
        return !retention.windows().isZero() && covers(WINDOWS, received);
    }

    /** @throws ControlPlaneException {@code UNAVAILABLE} if the partition should be there, and is not yet */
    private boolean covers(String table, Instant at) {
        JdbiPartitions.Covered span = covered.get(table);
        if (span == null || !at.isBefore(span.to())) {
            throw new ControlPlaneException(
                    ReasonCode.UNAVAILABLE, "table " + table + " has no partition for " + at + " yet");
        }
        return span.holds(at);
    }

    @Override
    public void close() {
        ticker.close();
    }
}
