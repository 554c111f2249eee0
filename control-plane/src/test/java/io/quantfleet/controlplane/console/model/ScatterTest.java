package io.quantfleet.controlplane.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScatterTest {
    private static final MeasuredVariant FAST = new MeasuredVariant(2, "phone-npu", "READY", 0.95, 0.5, 100);
    private static final MeasuredVariant ACCURATE = new MeasuredVariant(2, "gpu", "READY", 0.97, 0.9, 120);
    private static final MeasuredVariant WORSE = new MeasuredVariant(1, "rpi-cpu", "REJECTED", 0.94, 0.9, 120);

    @Test
    void isNothingForOneVariant() {
        assertThat(Scatter.of(List.of(FAST), 2)).isEmpty();
    }

    @Test
    void putsWhatNothingDominatesOnTheFront() {
        Scatter scatter = Scatter.of(List.of(FAST, ACCURATE, WORSE), 2).orElseThrow();

        assertThat(scatter.points())
                .filteredOn(Scatter.Point::front)
                .extracting(Scatter.Point::variant)
                .containsExactlyInAnyOrder(FAST, ACCURATE);
    }

    @Test
    void keepsBothOfTwoThatAreTheSame() {
        MeasuredVariant twin = new MeasuredVariant(2, "other", "READY", 0.95, 0.5, 100);

        assertThat(Scatter.of(List.of(FAST, twin), 2).orElseThrow().points()).allMatch(Scatter.Point::front);
    }

    @Test
    void placesTheFasterToTheLeftAndTheMoreAccurateAbove() {
        Scatter scatter = Scatter.of(List.of(FAST, ACCURATE), 2).orElseThrow();
        Scatter.Point fast = point(scatter, FAST);
        Scatter.Point accurate = point(scatter, ACCURATE);

        assertThat(fast.x()).isLessThan(accurate.x());
        assertThat(accurate.y()).isLessThan(fast.y());
        assertThat(accurate.radius()).isGreaterThan(fast.radius());
        assertThat(scatter.points()).allSatisfy(point -> {
            assertThat(point.x()).isBetween(64.0, 696.0);
            assertThat(point.y()).isBetween(16.0, 276.0);
        });
        assertThat(scatter.across().get(0).text()).endsWith(" ms");
    }

    @Test
    void drawsVariantsThatMeasureTheSame() {
        MeasuredVariant zero = new MeasuredVariant(1, "a", "READY", 0, 0, 0);

        Scatter scatter = Scatter.of(List.of(zero, zero), 1).orElseThrow();

        assertThat(scatter.points()).allSatisfy(point -> assertThat(point.x()).isFinite());
        assertThat(scatter.points().get(0).labelY())
                .isNotEqualTo(scatter.points().get(1).labelY());
    }

    private static Scatter.Point point(Scatter scatter, MeasuredVariant variant) {
        return scatter.points().stream()
                .filter(point -> point.variant().equals(variant))
                .findFirst()
                .orElseThrow();
    }
}
