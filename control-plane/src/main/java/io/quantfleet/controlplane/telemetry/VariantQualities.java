package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** Puts what devices measured beside what was promised and beside what it was at first. */
@Singleton
class VariantQualities {
    private final JdbiRollUpQueries rollUps;
    private final JdbiBaselines baselines;
    private final JdbiReferences references;

    VariantQualities(JdbiRollUpQueries rollUps, JdbiBaselines baselines, JdbiReferences references) {
        this.rollUps = rollUps;
        this.baselines = baselines;
        this.references = references;
    }

    /** For every fleet, class and variant that was measured in a span. */
    List<VariantQuality> of(Tx tx, Selection selection, List<SpanPlan.Piece> span, List<Double> percentiles) {
        Map<JdbiRollUpQueries.Group, Figures> sums = rollUps.byVariant(tx, selection, span);
        return sums.entrySet().stream()
                .map(entry -> quality(tx, entry.getKey(), entry.getValue(), percentiles))
                .toList();
    }

    private VariantQuality quality(Tx tx, JdbiRollUpQueries.Group group, Figures figures, List<Double> percentiles) {
        return new VariantQuality(
                group.fleet(),
                group.deviceClass(),
                group.model(),
                group.version(),
                group.variant(),
                Measured.of(figures, percentiles),
                references.find(tx, group.variant(), group.deviceClass()),
                baselines
                        .find(tx, group.variant())
                        .flatMap(baseline -> VariantQuality.Drift.of(baseline, figures.distributions())));
    }
}
