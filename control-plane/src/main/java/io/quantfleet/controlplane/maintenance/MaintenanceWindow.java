package io.quantfleet.controlplane.maintenance;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.quantfleet.controlplane.ControlPlaneException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/**
 * A time that comes again and again. It opens by the clock of its zone and stays open for a duration of real time, also
 * across a change to or from daylight saving time. An opening that such a change leaves out does not take place that day.
 *
 * @param cron when it opens: minute, hour, day of the month, month, day of the week
 * @param duration how long it stays open; a minute to a week
 * @param zone whose clock counts, as {@code Europe/Berlin}
 */
public record MaintenanceWindow(String cron, Duration duration, String zone) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(7);

    public MaintenanceWindow {
        present("cron", cron);
        present("duration", duration);
        present("zone", zone);
        parse(cron);
        zone(zone);
        if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
            throw ControlPlaneException.invalid(
                    "a maintenance window stays open for " + SHORTEST + " to " + LONGEST + ", not " + duration);
        }
    }

    // Readers of JSON leave out what is not given.
    private static void present(String field, Object value) {
        if (value == null) {
            throw ControlPlaneException.invalid("a maintenance window has a '" + field
                    + "', as in {\"cron\": \"0 2 * * 1-5\", \"duration\": \"PT3H\", \"zone\": \"Europe/Berlin\"}");
        }
    }

    private static Cron parse(String cron) {
        try {
            return new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse(cron);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid("'" + cron
                    + "' is no cron expression of five fields (minute, hour, day of"
                    + " the month, month, day of the week; '0 2 * * 1-5' is 2:00 on working days): " + e.getMessage());
        }
    }

    private static ZoneId zone(String zone) {
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw ControlPlaneException.invalid(
                    "'" + zone + "' is no time zone; give one as 'Europe/Berlin' or 'UTC': " + e.getMessage());
        }
    }

    /** When the opening that {@code at} lies in ends; empty if it is closed then. */
    Optional<Instant> closes(Instant at) {
        // The library looks before, not at, the time it is given.
        ZonedDateTime local = at.plusSeconds(1).atZone(zone(zone));
        return ExecutionTime.forCron(parse(cron))
                .lastExecution(local)
                .map(opened -> opened.toInstant().plus(duration))
                .filter(at::isBefore);
    }

    /** The first opening after {@code at}; empty if there is none any more. */
    Optional<Instant> nextOpening(Instant at) {
        return ExecutionTime.forCron(parse(cron))
                .nextExecution(at.atZone(zone(zone)))
                .map(ZonedDateTime::toInstant);
    }
}
