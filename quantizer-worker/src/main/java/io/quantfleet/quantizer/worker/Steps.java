package io.quantfleet.quantizer.worker;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.protocols.v1.TrainingPoint;
import java.util.Locale;
import java.util.Optional;

/** A job's progress, which also makes a span of each step: it begins with the step and ends with the next one. */
final class Steps implements JobProgress, AutoCloseable {
    private final Tracer tracer;
    private final Context job;
    private final JobProgress progress;
    private QuantizationStep step = QuantizationStep.QUANTIZATION_STEP_UNSPECIFIED;
    private Optional<Span> span = Optional.empty();

    Steps(Tracer tracer, Context job, JobProgress progress) {
        this.tracer = tracer;
        this.job = job;
        this.progress = progress;
    }

    @Override
    public void report(QuantizationStep now, double fraction) {
        enter(now);
        progress.report(now, fraction);
    }

    private synchronized void enter(QuantizationStep now) {
        if (now != step) {
            step = now;
            span.ifPresent(Span::end);
            span = Optional.of(tracer.spanBuilder(name(now)).setParent(job).startSpan());
        }
    }

    @Override
    public void climbed(QuantizationRung rung) {
        note(rung);
        progress.climbed(rung);
    }

    @Override
    public void trained(TrainingPoint point) {
        progress.trained(point);
    }

    private synchronized void note(QuantizationRung rung) {
        span.ifPresent(current -> current.addEvent(
                "rung",
                Attributes.of(
                        AttributeKey.stringKey("quantfleet.rung"), rung.getName(),
                        AttributeKey.doubleKey("quantfleet.rung.seconds"), rung.getSeconds(),
                        AttributeKey.doubleKey("quantfleet.rung.sqnr_db"), rung.getSqnrDb())));
    }

    private static String name(QuantizationStep step) {
        return step.name().replace("QUANTIZATION_STEP_", "").toLowerCase(Locale.ROOT);
    }

    @Override
    public synchronized void close() {
        span.ifPresent(Span::end);
        span = Optional.empty();
    }
}
