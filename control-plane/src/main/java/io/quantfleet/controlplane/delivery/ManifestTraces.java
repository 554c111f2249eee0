package io.quantfleet.controlplane.delivery;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.quantfleet.controlplane.rollout.Deliverable;
import io.quantfleet.controlplane.trace.DeviceSampling;
import io.quantfleet.controlplane.trace.Traces;
import io.quantfleet.protocols.trace.TraceParent;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Decides which manifests go out in their rollout's trace, and begins their spans. For use by one thread. */
@Singleton
class ManifestTraces {
    private static final int REMEMBERED_ROLLOUTS = 256;

    private final Traces traces;
    private final DeviceSampling sampling;
    private final RandomGenerator random;
    private final Map<TraceParent, Integer> begun = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TraceParent, Integer> eldest) {
            return size() > REMEMBERED_ROLLOUTS;
        }
    };

    ManifestTraces(Traces traces, DeviceSampling sampling) {
        this.traces = traces;
        this.sampling = sampling;
        this.random = RandomGenerator.getDefault();
    }

    /** The span of publishing a manifest, to be ended by the caller; empty for a device that is not traced. */
    Optional<Span> begin(Deliverable manifest) {
        return manifest.trace().filter(this::isChosen).map(trace -> traces.below(
                        trace, SpanKind.PRODUCER, "send manifest")
                .setAttribute("messaging.system", "mqtt")
                .setAttribute("messaging.operation.type", "send")
                .setAttribute("quantfleet.rollout.id", manifest.rolloutId().toString())
                .setAttribute("quantfleet.device.id", manifest.device().value())
                .setAttribute(
                        "quantfleet.deployment.id", manifest.deploymentId().toString())
                .startSpan());
    }

    /** The first devices after each request that moved a rollout, and a part of the others. */
    private boolean isChosen(TraceParent trace) {
        return begun.merge(trace, 1, Integer::sum) <= sampling.first() || random.nextDouble() < sampling.ratio();
    }
}
