package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.events.BatchEventHandler;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Counts each window once, however often it comes, and in the bucket of its own time, however late. Which of two windows
 * comes first does not matter. What is counted and that it was counted is one transaction; a batch that is read again
 * after a crash changes nothing.
 */
@Singleton
class TelemetryWindowHandler implements BatchEventHandler<TelemetryWindowReceived> {
    private final JdbiWindows windows;
    private final TelemetryCounting counting;
    private final TelemetryPartitions partitions;
    private final TelemetryMetrics metrics;
    private final Clock clock;

    TelemetryWindowHandler(
            JdbiWindows windows,
            TelemetryCounting counting,
            TelemetryPartitions partitions,
            TelemetryMetrics metrics,
            Clock clock) {
        this.windows = windows;
        this.counting = counting;
        this.partitions = partitions;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public Class<TelemetryWindowReceived> messageType() {
        return TelemetryWindowReceived.class;
    }

    @Override
    public void handleAll(Tx tx, List<TelemetryWindowReceived> events) {
        List<Window> came = events.stream().map(TelemetryWindowHandler::window).toList();
        Map<DeviceId, JdbiWindows.Origin> origins =
                windows.origins(tx, came.stream().map(Window::device).collect(Collectors.toSet()), clock.instant());
        List<JdbiWindows.Located> located = came.stream()
                .map(window -> new JdbiWindows.Located(window, require(origins, window.device())))
                .toList();
        List<JdbiWindows.Located> news = counting.count(tx, located, partitions::keeps);
        windows.keep(
                tx,
                news.stream()
                        .filter(one -> partitions.keepsWindows(one.window().received()))
                        .toList());
        tx.afterCommit(() -> metrics.count(news, located.size() - news.size()));
    }

    private static Window window(TelemetryWindowReceived event) {
        try {
            return Window.of(event);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid("a telemetry window of device '"
                    + event.getWindow().getDeviceId() + "' can't be used: " + e.getMessage());
        }
    }

    private static JdbiWindows.Origin require(Map<DeviceId, JdbiWindows.Origin> origins, DeviceId device) {
        JdbiWindows.Origin origin = origins.get(device);
        if (origin == null) {
            throw ControlPlaneException.notFound("device '" + device + "'");
        }
        return origin;
    }
}
