package io.quantfleet.controlplane.console.telemetry;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** The variants that were measured in a span. */
@Singleton
public class Panels {
    private final TelemetryQueries telemetry;
    private final ChartQueries charts;

    Panels(TelemetryQueries telemetry, ChartQueries charts) {
        this.telemetry = telemetry;
        this.charts = charts;
    }

    /** All that were selected: the models by name, their newest version first. */
    List<Panel> of(Selection selection, Span span, Instant now) {
        return telemetry.byVariant(selection, span.start(now)).entrySet().stream()
                .map(entry -> new Panel(entry.getKey(), entry.getValue(), charts.reference(entry.getKey())))
                .toList();
    }

    /** Those that did most inferences in the hour before {@code now}. */
    public List<Panel> busiest(Instant now, int limit) {
        Comparator<Panel> byInferences =
                Comparator.comparingLong(panel -> panel.figures().inferences());
        return of(Selection.all(), Span.HOUR, now).stream()
                .sorted(byInferences.reversed())
                .limit(limit)
                .toList();
    }
}
