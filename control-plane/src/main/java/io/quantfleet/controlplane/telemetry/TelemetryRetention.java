package io.quantfleet.controlplane.telemetry;

import java.time.Duration;

/**
 * How long telemetry is kept.
 *
 * @param windows as they came, for devices' own pages; zero keeps none
 * @param minutes roll-ups by minute, at least two days
 * @param hours roll-ups by hour, at least as long
 * @param days roll-ups by day, at least as long
 */
public record TelemetryRetention(Duration windows, Duration minutes, Duration hours, Duration days) {
    private static final Duration LEAST = Duration.ofDays(2);

    public TelemetryRetention {
        if (windows.isNegative() || minutes.compareTo(LEAST) < 0) {
            throw new IllegalArgumentException("quantfleet.telemetry.retention.windows is " + windows + " and minutes "
                    + minutes + "; the first is zero or longer, the other at least " + LEAST);
        }
        if (hours.compareTo(minutes) < 0 || days.compareTo(hours) < 0) {
            throw new IllegalArgumentException("quantfleet.telemetry.retention keeps minutes for " + minutes
                    + ", hours for " + hours + " and days for " + days + "; the coarser are kept at least as long");
        }
    }

    Duration of(Resolution resolution) {
        return switch (resolution) {
            case MINUTE -> minutes;
            case HOUR -> hours;
            case DAY -> days;
        };
    }
}
