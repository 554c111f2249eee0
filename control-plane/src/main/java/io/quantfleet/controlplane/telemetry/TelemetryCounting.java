package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.List;

/** Adds windows to all that is kept of them, each once. */
@Singleton
class TelemetryCounting {
    private final JdbiSeries series;
    private final JdbiDeviceSums devices;
    private final JdbiRollUps rollUps;
    private final JdbiBaselines baselines;

    TelemetryCounting(JdbiSeries series, JdbiDeviceSums devices, JdbiRollUps rollUps, JdbiBaselines baselines) {
        this.series = series;
        this.devices = devices;
        this.rollUps = rollUps;
        this.baselines = baselines;
    }

    /**
     * Counts windows.
     *
     * @param kept what roll-ups there still are
     * @return those that had not been counted before
     */
    List<JdbiWindows.Located> count(Tx tx, List<JdbiWindows.Located> windows, JdbiRollUps.Kept kept) {
        List<JdbiWindows.Located> news = series.takeNew(tx, windows);
        if (!news.isEmpty()) {
            devices.add(tx, news.stream().map(JdbiWindows.Located::window).toList());
            rollUps.add(tx, JdbiRollUps.byMinute(news), kept);
            baselines.add(tx, news);
        }
        return news;
    }
}
