package io.quantfleet.controlplane.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** How fine a roll-up is. The buckets of one lie whole within those of the next; they begin in UTC. */
public enum Resolution {
    MINUTE("telemetry_minute", "minute", Duration.ofMinutes(1), Duration.ofDays(1)),
    HOUR("telemetry_hour", "hour", Duration.ofHours(1), Duration.ofDays(30)),
    DAY("telemetry_day", "day", Duration.ofDays(1), Duration.ofDays(365));

    private final String table;
    private final String column;
    private final Duration width;
    private final Duration partition;

    Resolution(String table, String column, Duration width, Duration partition) {
        this.table = table;
        this.column = column;
        this.width = width;
        this.partition = partition;
    }

    static List<Resolution> coarsestFirst() {
        return List.of(DAY, HOUR, MINUTE);
    }

    /** The table that holds it. */
    public String table() {
        return table;
    }

    /** The table's column with the beginning of the bucket. */
    public String column() {
        return column;
    }

    /** Of a bucket. */
    Duration width() {
        return width;
    }

    /** How long a partition of the table is. */
    Duration partition() {
        return partition;
    }

    /** The beginning of the bucket that an instant falls into. */
    Instant bucket(Instant at) {
        return floor(at, width);
    }

    /** Whether a bucket begins there. */
    boolean begins(Instant at) {
        return bucket(at).equals(at);
    }

    /** The last multiple of a width, since 1970, that is not after an instant. */
    static Instant floor(Instant at, Duration width) {
        long seconds = width.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond(), seconds) * seconds);
    }
}
