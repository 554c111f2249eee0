package io.quantfleet.protocols.trace;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which trace a message belongs to, and the span that sent it: a {@code traceparent} of W3C Trace Context, version 00. It
 * travels as a header of that name on Kafka and as a user property of that name over MQTT, and only where the trace is
 * recorded.
 *
 * @param value {@code 00-TRACE-SPAN-FLAGS}, the ids in lower-case hexadecimal
 */
public record TraceParent(String value) {
    /** What the header and the user property are called. */
    public static final String NAME = "traceparent";

    private static final Pattern FORM = Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    /** @throws IllegalArgumentException if it is none */
    public TraceParent {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a traceparent of version 00");
        }
    }

    /** What came with a message; empty if it is none, for a trace is not worth a message. */
    public static Optional<TraceParent> parse(String value) {
        return FORM.matcher(value).matches() ? Optional.of(new TraceParent(value)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
