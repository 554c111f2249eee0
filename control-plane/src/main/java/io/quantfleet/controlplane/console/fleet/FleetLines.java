package io.quantfleet.controlplane.console.fleet;

import io.quantfleet.controlplane.console.telemetry.Figures;
import io.quantfleet.controlplane.console.telemetry.Measured;
import io.quantfleet.controlplane.console.telemetry.Span;
import io.quantfleet.controlplane.console.telemetry.TelemetryQueries;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Fleets with what their devices measured. */
@Singleton
public class FleetLines {
    private final FleetQueries fleets;
    private final TelemetryQueries telemetry;

    FleetLines(FleetQueries fleets, TelemetryQueries telemetry) {
        this.fleets = fleets;
        this.telemetry = telemetry;
    }

    /** Every fleet, with its figures of the hour before {@code now}. */
    List<FleetLine> lastHour(Instant now) {
        return of(telemetry.since(Span.HOUR.start(now)));
    }

    /** Every fleet, with its figures. */
    public List<FleetLine> of(Measured measured) {
        Map<String, Figures> figures = measured.byFleet();
        return fleets.list().stream()
                .map(fleet -> new FleetLine(fleet, figures.getOrDefault(fleet.name(), Figures.NONE)))
                .toList();
    }
}
