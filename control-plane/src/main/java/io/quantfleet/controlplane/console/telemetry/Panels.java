package io.quantfleet.controlplane.console.telemetry;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

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
        return telemetry.byVariant(selection, span.start(now), now).entrySet().stream()
                .map(entry -> new Panel(entry.getKey(), entry.getValue(), charts.reference(entry.getKey())))
                .toList();
    }

    /** Those of the measured that did most inferences. */
    public List<Panel> busiest(Measured measured, int limit) {
        Comparator<Map.Entry<VariantKey, Figures>> byInferences =
                Comparator.comparingLong(entry -> entry.getValue().inferences());
        return measured.byVariant().entrySet().stream()
                .sorted(byInferences.reversed())
                .limit(limit)
                .map(entry -> new Panel(entry.getKey(), entry.getValue(), charts.reference(entry.getKey())))
                .toList();
    }
}
