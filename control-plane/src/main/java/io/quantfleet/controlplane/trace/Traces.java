package io.quantfleet.controlplane.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.quantfleet.protocols.trace.TraceParent;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Spans of what goes on in a trace that was begun elsewhere. What no recorded trace leads to gets no span: thousands of
 * devices report all the time. Safe for use by several threads.
 */
@Singleton
public class Traces {
    private static final int SPAN_AT = 3 + 32 + 1;

    private final Tracer tracer;

    Traces(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("io.quantfleet.controlplane");
    }

    /** The span under way in this thread, if it is recorded: what is set going now belongs to its trace. */
    public static Optional<TraceParent> current() {
        return of(Span.current());
    }

    /** What goes with a message that a span sends, if it is recorded. */
    public static Optional<TraceParent> of(Span span) {
        SpanContext context = span.getSpanContext();
        return context.isValid() && context.isSampled()
                ? Optional.of(new TraceParent("00-" + context.getTraceId() + "-" + context.getSpanId() + "-01"))
                : Optional.empty();
    }

    /** A span below the one that sent something; whoever begins it ends it. */
    public SpanBuilder below(TraceParent parent, SpanKind kind, String name) {
        return tracer.spanBuilder(name).setSpanKind(kind).setParent(context(parent));
    }

    private static Context context(TraceParent parent) {
        String value = parent.value();
        SpanContext remote = SpanContext.createFromRemoteParent(
                value.substring(3, SPAN_AT - 1),
                value.substring(SPAN_AT, SPAN_AT + 16),
                TraceFlags.fromHex(value, value.length() - 2),
                TraceState.getDefault());
        return Context.root().with(Span.wrap(remote));
    }
}
