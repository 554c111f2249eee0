package io.quantfleet.quantizer.worker;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.trace.TracingVariables;
import io.quantfleet.quantizer.QuantizerException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Spans of jobs, where OpenTelemetry's environment variables say where they go; nothing at all otherwise. A job that came
 * in no trace gets no span. Safe for use by several threads.
 */
final class WorkerTraces implements AutoCloseable {
    private static final List<String> PROTOCOLS =
            List.of("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL");
    private static final String PROTOCOL = "http/protobuf";
    private static final int CLOSE_SECONDS = 2;

    private static final TextMapGetter<Headers> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
            List<String> keys = new ArrayList<>();
            headers.forEach(header -> keys.add(header.key()));
            return keys;
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String key) {
            Header header = headers == null ? null : headers.lastHeader(key);
            return header == null || header.value() == null
                    ? null
                    : new String(header.value(), StandardCharsets.US_ASCII);
        }
    };

    private final Tracer tracer;
    private final AutoCloseable sdk;

    /** @param telemetry stays the caller's to close */
    WorkerTraces(OpenTelemetry telemetry) {
        this(telemetry, () -> {});
    }

    private WorkerTraces(OpenTelemetry telemetry, AutoCloseable sdk) {
        this.tracer = telemetry.getTracer("io.quantfleet.quantizer.worker");
        this.sdk = sdk;
    }

    static WorkerTraces off() {
        return new WorkerTraces(OpenTelemetry.noop());
    }

    /**
     * As OpenTelemetry's variables say; without an endpoint among them nothing is made.
     *
     * @throws QuantizerException {@code REQUEST_INVALID} if they are not usable
     */
    static WorkerTraces of(Map<String, String> environment) {
        if (!TracingVariables.wantTraces(environment)) {
            return off();
        }
        for (String name : PROTOCOLS) {
            if (TracingVariables.isSet(environment, name) && !PROTOCOL.equals(environment.get(name))) {
                throw new QuantizerException(
                        ReasonCode.REQUEST_INVALID,
                        name + " is '" + environment.get(name) + "'; workers send traces as " + PROTOCOL
                                + ", which collectors take at port 4318");
            }
        }
        try {
            OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                    .disableShutdownHook()
                    .addPropertiesSupplier(() -> Map.of(
                            "otel.service.name",
                            "quantfleet-quantizer-worker",
                            "otel.exporter.otlp.protocol",
                            PROTOCOL,
                            "otel.metrics.exporter",
                            "none",
                            "otel.logs.exporter",
                            "none"))
                    .build()
                    .getOpenTelemetrySdk();
            return new WorkerTraces(sdk, () -> sdk.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS));
        } catch (ConfigurationException e) {
            throw new QuantizerException(
                    ReasonCode.REQUEST_INVALID, "OpenTelemetry's variables (OTEL_…): " + e.getMessage(), e);
        }
    }

    /** The same work, in a span below the one that sent the record. */
    Callable<Settlement> around(Delivery delivery, Callable<Settlement> work) {
        Headers headers = delivery.record().headers();
        if (headers.lastHeader(TraceParent.NAME) == null) {
            return work;
        }
        Context sent = W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
        return () -> {
            Span span = tracer.spanBuilder("process " + delivery.record().topic())
                    .setParent(sent)
                    .setSpanKind(SpanKind.CONSUMER)
                    .setAttribute("messaging.system", "kafka")
                    .setAttribute(
                            "messaging.destination.name", delivery.record().topic())
                    .setAttribute("messaging.operation.type", "process")
                    .setAttribute("quantfleet.job.attempt", delivery.attempt())
                    .startSpan();
            try {
                Settlement settlement = sent.with(span).wrap(work).call();
                span.setAttribute("quantfleet.job.settlement", settlement.name());
                return settlement;
            } catch (Exception e) {
                span.recordException(e);
                span.setStatus(StatusCode.ERROR, e.toString());
                throw e;
            } finally {
                span.end();
            }
        };
    }

    /** The same progress, each step with a span of its own below the one of this thread; ended by {@link Steps#close()}. */
    Steps steps(JobProgress progress, QuantizationJob job) {
        Span.current()
                .setAttribute("quantfleet.job.id", job.id())
                .setAttribute("quantfleet.model", String.valueOf(job.model()))
                .setAttribute("quantfleet.device.class", job.target().deviceClass());
        return new Steps(tracer, Context.current(), progress);
    }

    /** Puts the context of this thread's span on what is sent. */
    static void write(Headers headers) {
        Map<String, String> fields = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(Context.current(), fields, (into, key, value) -> {
            if (into != null) {
                into.put(key, value);
            }
        });
        fields.forEach((name, value) -> headers.add(name, value.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public void close() throws Exception {
        sdk.close();
    }
}
