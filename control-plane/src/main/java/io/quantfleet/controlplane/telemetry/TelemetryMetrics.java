package io.quantfleet.controlplane.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;

/** What Prometheus sees of telemetry: by fleet, class and model version, never by device. */
@Singleton
class TelemetryMetrics {
    private final MeterRegistry meters;

    TelemetryMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    void count(Window window, JdbiTelemetry.Origin origin) {
        Tags tags = Tags.of(
                "fleet", origin.fleet(),
                "device_class", origin.deviceClass(),
                "model", window.modelName(),
                "version", Integer.toString(window.modelVersion()));
        meters.counter("quantfleet.telemetry.windows", tags).increment();
        meters.counter("quantfleet.inferences", tags.and("outcome", "right"))
                .increment((double) window.figures().right());
        meters.counter("quantfleet.inferences", tags.and("outcome", "wrong"))
                .increment((double) window.figures().wrong());
        meters.counter("quantfleet.inferences", tags.and("outcome", "error"))
                .increment((double) window.figures().errors());
    }
}
