package io.quantfleet.controlplane.console.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** How far back charts go, and the width of their points. */
public enum Span {
    HOUR("1h", "1 h", Duration.ofHours(1), Duration.ofMinutes(1)),
    SIX_HOURS("6h", "6 h", Duration.ofHours(6), Duration.ofMinutes(5)),
    DAY("24h", "24 h", Duration.ofDays(1), Duration.ofMinutes(15)),
    WEEK("7d", "7 d", Duration.ofDays(7), Duration.ofHours(2));

    private static final Duration CLOCKS_AHEAD = Duration.ofMinutes(6);

    private final String code;
    private final String label;
    private final Duration length;
    private final Duration step;

    Span(String code, String label, Duration length, Duration step) {
        this.code = code;
        this.label = label;
        this.length = length;
        this.step = step;
    }

    /** The span with that code; an hour for any other text. */
    public static Span of(String code) {
        return all().stream().filter(span -> span.code.equals(code)).findFirst().orElse(HOUR);
    }

    public static List<Span> all() {
        return List.of(values());
    }

    /** Every span, for templates. */
    public List<Span> choices() {
        return all();
    }

    /** As in URLs. */
    public String code() {
        return code;
    }

    public String label() {
        return label;
    }

    public Duration step() {
        return step;
    }

    /** The start of the first point of the span that ends at {@code now}. */
    public Instant start(Instant now) {
        return bucket(now.minus(length));
    }

    /** What is counted before it belongs to the span that ends at {@code now}: devices' clocks may be five minutes ahead. */
    static Instant end(Instant now) {
        return now.plus(CLOCKS_AHEAD);
    }

    /** The start of the point that {@code at} falls into. */
    public Instant bucket(Instant at) {
        long width = step.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond(), width) * width);
    }
}
