package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.events.EventHandler;
import io.quantfleet.controlplane.events.Outcome;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Stores a window once, and adds it to the sums; which of two windows comes first does not matter to them. */
@Singleton
class TelemetryWindowHandler implements EventHandler<TelemetryWindowReceived> {
    private final JdbiTelemetry telemetry;
    private final TelemetryMetrics metrics;
    private final Clock clock;

    TelemetryWindowHandler(JdbiTelemetry telemetry, TelemetryMetrics metrics, Clock clock) {
        this.telemetry = telemetry;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public Class<TelemetryWindowReceived> messageType() {
        return TelemetryWindowReceived.class;
    }

    @Override
    public Outcome handle(Tx tx, TelemetryWindowReceived event, String eventId) {
        Window window;
        try {
            window = Window.of(event.getWindow());
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid("a telemetry window of device '"
                    + event.getWindow().getDeviceId() + "' can't be used: " + e.getMessage());
        }
        JdbiTelemetry.Origin origin = telemetry
                .origin(tx, window, clock.instant())
                .orElseThrow(() -> ControlPlaneException.notFound("device '" + window.device() + "'"));
        if (telemetry.insert(tx, window, origin, clock.instant())) {
            telemetry.addToDevice(tx, window);
            telemetry.addToMinute(tx, window, origin);
            tx.afterCommit(() -> metrics.count(window, origin));
        }
        return Outcome.DONE;
    }
}
