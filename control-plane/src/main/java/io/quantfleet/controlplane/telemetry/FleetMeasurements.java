package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the devices of a fleet measured, one figure at a time. */
@Singleton
public class FleetMeasurements {
    private final JdbiRollUpQueries rollUps;
    private final VariantQualities qualities;

    FleetMeasurements(JdbiRollUpQueries rollUps, VariantQualities qualities) {
        this.rollUps = rollUps;
        this.qualities = qualities;
    }

    /** A figure of a span, widened to whole minutes; empty if nothing of it was measured. */
    public OptionalDouble measure(Tx tx, String fleet, Metric metric, Instant from, Instant to) {
        Selection selection = new Selection(fleet, "", "", 0, "");
        List<SpanPlan.Piece> span = SpanPlan.of(from, to);
        if (metric == Metric.DRIFT) {
            return qualities.of(tx, selection, span, List.of()).stream()
                    .map(VariantQuality::drift)
                    .flatMap(Optional::stream)
                    .mapToDouble(VariantQuality.Drift::classes)
                    .max();
        }
        return rollUps.sum(tx, selection, span).map(metric::of).orElse(OptionalDouble.empty());
    }

    /** How many windows there were. */
    public long windows(Tx tx, String fleet, Instant from, Instant to) {
        return rollUps.sum(tx, new Selection(fleet, "", "", 0, ""), SpanPlan.of(from, to))
                .map(figures -> figures.counts().windows())
                .orElse(0L);
    }
}
