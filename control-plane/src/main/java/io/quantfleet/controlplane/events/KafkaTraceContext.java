package io.quantfleet.controlplane.events;

import io.opentelemetry.api.trace.SpanBuilder;
import io.quantfleet.protocols.trace.TraceParent;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/** The context of a trace in a record's headers, and what OpenTelemetry's conventions say of a span about a record. */
final class KafkaTraceContext {
    private KafkaTraceContext() {}

    static Optional<TraceParent> read(Headers headers) {
        return Optional.ofNullable(headers.lastHeader(TraceParent.NAME))
                .flatMap(header -> Optional.ofNullable(header.value()))
                .flatMap(value -> TraceParent.parse(new String(value, StandardCharsets.US_ASCII)));
    }

    static void write(Headers headers, TraceParent trace) {
        headers.remove(TraceParent.NAME);
        headers.add(TraceParent.NAME, trace.value().getBytes(StandardCharsets.US_ASCII));
    }

    static SpanBuilder describe(SpanBuilder span, String topic, String operation) {
        return span.setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.destination.name", topic)
                .setAttribute("messaging.operation.type", operation);
    }
}
