package io.quantfleet.controlplane.trace;

import com.google.protobuf.Timestamp;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.v1.DeploymentTrace.Step;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Makes spans of what a device says it did, by the device's clock: agents are too small to have an exporter. A report that
 * comes again because something died on the way makes them again. See {@code docs/decisions/0023-traces.md}.
 */
@Singleton
public class DeploymentSpans {
    private static final int MOST_STEPS = 32;

    private final Traces traces;

    DeploymentSpans(Traces traces) {
        this.traces = traces;
    }

    /**
     * Records a deployment and its steps, if this is the report that ends it.
     *
     * @param parent the span that sent the device its manifest
     */
    public void reported(TraceParent parent, ReportedState report) {
        List<Step> steps = report.getTrace().getStepsList();
        if (!endsADeployment(report) || steps.isEmpty() || steps.size() > MOST_STEPS) {
            return;
        }
        Span deployment = traces.below(parent, SpanKind.CONSUMER, "device deployment")
                .setAttribute("quantfleet.device.id", report.getDeviceId())
                .setAttribute("quantfleet.deployment.id", report.getDeploymentId())
                .setAttribute("quantfleet.device.state", name(report.getState()))
                .setAttribute("quantfleet.deployment.fetched_bytes", report.getFetchedBytes())
                .setAttribute("quantfleet.clock", "device")
                .setStartTimestamp(instant(steps.get(0).getBegan()))
                .startSpan();
        if (!report.getReasonCode().isEmpty()) {
            deployment.setStatus(StatusCode.ERROR, report.getReasonCode() + ": " + report.getReason());
        }
        Traces.of(deployment).ifPresent(below -> steps(below, report, steps));
        deployment.end(instant(report.getAt()));
    }

    private void steps(TraceParent deployment, ReportedState report, List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            Timestamp end = i + 1 < steps.size() ? steps.get(i + 1).getBegan() : report.getAt();
            if (step.getState() != report.getState()) {
                traces.below(deployment, SpanKind.INTERNAL, name(step.getState()))
                        .setStartTimestamp(instant(step.getBegan()))
                        .startSpan()
                        .end(instant(end));
            }
        }
    }

    private static boolean endsADeployment(ReportedState report) {
        return report.getRepeats() == 0
                && !report.getAfterActive()
                && switch (report.getState()) {
                    case DEVICE_STATE_ACTIVE, DEVICE_STATE_REFUSED, DEVICE_STATE_REVERTED -> true;
                    default -> false;
                };
    }

    private static String name(DeviceState state) {
        return switch (state) {
            case DEVICE_STATE_FETCHING -> "fetch";
            case DEVICE_STATE_VERIFYING -> "verify";
            case DEVICE_STATE_SELF_TESTING -> "self-test";
            case DEVICE_STATE_SWITCHING -> "switch";
            default -> state.name().replace("DEVICE_STATE_", "").toLowerCase(Locale.ROOT);
        };
    }

    private static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
