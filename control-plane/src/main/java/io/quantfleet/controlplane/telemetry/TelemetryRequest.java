package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.ControlPlaneException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which span of telemetry is asked for, and how.
 *
 * @param step of a series
 * @param percentiles of latency
 */
record TelemetryRequest(Instant from, Instant to, Duration step, List<Double> percentiles) {
    private static final Duration DEFAULT_SPAN = Duration.ofHours(1);
    private static final int MOST_POINTS = 2_000;
    private static final int USUAL_POINTS = 120;
    private static final int MOST_PERCENTILES = 20;
    private static final List<Double> USUAL_PERCENTILES = List.of(50.0, 90.0, 95.0, 99.0);
    private static final List<Duration> STEPS = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofHours(6),
            Duration.ofDays(1),
            Duration.ofDays(7));

    /**
     * Reads query parameters; what is left out is the last hour, in at most {@value #USUAL_POINTS} points.
     *
     * @throws ControlPlaneException {@code REQUEST_INVALID} naming the parameter that is wrong
     */
    static TelemetryRequest read(
            @Nullable String from,
            @Nullable String to,
            @Nullable String step,
            @Nullable String percentiles,
            Instant now) {
        Instant end = to == null ? now : instant("to", to);
        Instant begin = from == null ? end.minus(DEFAULT_SPAN) : instant("from", from);
        if (!begin.isBefore(end)) {
            throw ControlPlaneException.invalid(
                    "'from' is " + begin + " and 'to' " + end + "; the first must be earlier");
        }
        Duration wide = step == null ? usual(Duration.between(begin, end)) : duration(step);
        if (Duration.between(begin, end).dividedBy(wide) > MOST_POINTS) {
            throw ControlPlaneException.invalid(
                    "'step' makes more than " + MOST_POINTS + " points of the span; make it longer");
        }
        return new TelemetryRequest(
                Resolution.floor(begin, wide), end, wide, percentiles == null ? USUAL_PERCENTILES : list(percentiles));
    }

    private static Duration usual(Duration span) {
        return STEPS.stream()
                .filter(step -> span.dividedBy(step) <= USUAL_POINTS)
                .findFirst()
                .orElse(STEPS.get(STEPS.size() - 1));
    }

    private static Instant instant(String name, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw ControlPlaneException.invalid(
                    "'" + name + "' is '" + text + "'; it is an instant, as 2026-11-24T10:00:00Z");
        }
    }

    private static Duration duration(String text) {
        try {
            Duration step = Duration.parse(text);
            if (step.compareTo(STEPS.get(0)) >= 0
                    && step.toSeconds() % STEPS.get(0).toSeconds() == 0) {
                return Duration.ofSeconds(step.toSeconds());
            }
        } catch (DateTimeException e) {
            throw invalidStep(text, e);
        }
        throw invalidStep(text, new DateTimeException("not whole minutes"));
    }

    private static ControlPlaneException invalidStep(String text, DateTimeException cause) {
        return ControlPlaneException.invalid("'step' is '" + text + "' (" + cause.getMessage()
                + "); it is a duration in whole minutes, as PT5M, PT1H or P1D");
    }

    private static List<Double> list(String text) {
        try {
            List<Double> percentiles = Stream.of(text.split(",", MOST_PERCENTILES + 1))
                    .map(part -> Double.valueOf(part.strip()))
                    .toList();
            if (percentiles.stream().allMatch(one -> one >= 0 && one <= 100)
                    && percentiles.size() <= MOST_PERCENTILES) {
                return percentiles;
            }
        } catch (NumberFormatException e) {
            throw invalidPercentiles(text);
        }
        throw invalidPercentiles(text);
    }

    private static ControlPlaneException invalidPercentiles(String text) {
        return ControlPlaneException.invalid("'percentiles' is '" + text + "'; it is a list of at most "
                + MOST_PERCENTILES + " numbers from 0 to 100, as 50,95,99.9");
    }
}
