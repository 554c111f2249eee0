package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.events.BatchEventHandler;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Stores a window once, and adds it to the sums; which of two windows comes first does not matter to them. */
@Singleton
class TelemetryWindowHandler implements BatchEventHandler<TelemetryWindowReceived> {
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
    public void handleAll(Tx tx, List<TelemetryWindowReceived> events) {
        List<Window> windows =
                events.stream().map(TelemetryWindowHandler::window).toList();
        Instant now = clock.instant();
        Map<DeviceId, JdbiTelemetry.Origin> origins =
                telemetry.origins(tx, windows.stream().map(Window::device).collect(Collectors.toSet()), now);
        List<JdbiTelemetry.Located> located = windows.stream()
                .map(window -> new JdbiTelemetry.Located(window, require(origins, window.device())))
                .toList();
        List<JdbiTelemetry.Located> news = telemetry.insert(tx, located, now);
        if (!news.isEmpty()) {
            telemetry.addToDevices(
                    tx, news.stream().map(JdbiTelemetry.Located::window).toList());
            telemetry.addToMinutes(tx, news);
            tx.afterCommit(() -> news.forEach(one -> metrics.count(one.window(), one.origin())));
        }
    }

    private static Window window(TelemetryWindowReceived event) {
        try {
            return Window.of(event.getWindow());
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid("a telemetry window of device '"
                    + event.getWindow().getDeviceId() + "' can't be used: " + e.getMessage());
        }
    }

    private static JdbiTelemetry.Origin require(Map<DeviceId, JdbiTelemetry.Origin> origins, DeviceId device) {
        JdbiTelemetry.Origin origin = origins.get(device);
        if (origin == null) {
            throw ControlPlaneException.notFound("device '" + device + "'");
        }
        return origin;
    }
}
