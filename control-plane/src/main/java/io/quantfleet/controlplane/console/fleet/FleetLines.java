package io.quantfleet.controlplane.console.fleet;

import io.quantfleet.controlplane.console.telemetry.Figures;
import io.quantfleet.controlplane.console.telemetry.Measured;
import io.quantfleet.controlplane.console.telemetry.Span;
import io.quantfleet.controlplane.console.telemetry.TelemetryQueries;
import io.quantfleet.controlplane.filter.SqlFilter;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Fleets with what their devices measured in the last hour. */
@Singleton
public class FleetLines {
    private final FleetQueries fleets;
    private final TelemetryQueries telemetry;

    FleetLines(FleetQueries fleets, TelemetryQueries telemetry) {
        this.fleets = fleets;
        this.telemetry = telemetry;
    }

    /** At most {@code limit} fleets that match, by their names, behind the name {@code after}. */
    List<FleetLine> list(SqlFilter filter, String after, int limit, Instant now) {
        return lines(fleets.list(filter, after, limit), telemetry.since(Span.HOUR.start(now), now));
    }

    /** The fleets that are worst off. */
    public List<FleetLine> worst(Measured lastHour, int limit) {
        return lines(fleets.worst(limit), lastHour);
    }

    private static List<FleetLine> lines(List<FleetRow> rows, Measured lastHour) {
        Map<String, Figures> figures = lastHour.byFleet();
        return rows.stream()
                .map(fleet -> new FleetLine(fleet, figures.getOrDefault(fleet.name(), Figures.NONE)))
                .toList();
    }
}
