package io.quantfleet.controlplane.console.frame;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Instants and durations as people read them. The script of the pages ages relative times by the same rule. */
public final class Times {
    private static final DateTimeFormatter ABSOLUTE = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Times() {}

    static String element(Instant at, Instant now) {
        Instant second = at.truncatedTo(ChronoUnit.SECONDS);
        return "<time datetime=\"" + second + "\" title=\"" + ABSOLUTE.format(at) + "\">" + relative(at, now)
                + "</time>";
    }

    static String relative(Instant at, Instant now) {
        Duration age = Duration.between(at, now);
        if (age.isNegative()) {
            return age.abs().toSeconds() < 5 ? "just now" : "in " + rough(age.abs());
        }
        return age.toSeconds() < 5 ? "just now" : rough(age) + " ago";
    }

    /** The largest unit that fits, as {@code 12 s}, {@code 3 min}, {@code 5 h}, {@code 9 d}. */
    public static String rough(Duration duration) {
        if (duration.toSeconds() < 60) {
            return duration.toSeconds() + " s";
        }
        if (duration.toMinutes() < 60) {
            return duration.toMinutes() + " min";
        }
        return duration.toHours() < 48 ? duration.toHours() + " h" : duration.toDays() + " d";
    }
}
