package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.gate.StageFigures.Answers;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class WorkerFiguresTest {
    private static final Offset<Double> EXACT = Offset.offset(1e-12);

    /** By chance the variant misses three of the hundred samples that FP32 gets right; of all, it loses 0.2 points. */
    @Test
    void bringsFp32ToTheSamplesByWhatTheVariantLosesOnTheWhole() {
        WorkerFigures figures = new WorkerFigures(0.88, Optional.of(0.91), Optional.of(0.898), Optional.of(0.90));
        assertThat(figures.fp32().orElseThrow()).isEqualTo(0.882, EXACT);
    }

    @Test
    void goesByTheSamplesAloneWhereTheWholeIsNotKnown() {
        assertThat(new WorkerFigures(0.88, Optional.of(0.91), Optional.empty(), Optional.empty())
                        .fp32()
                        .orElseThrow())
                .isEqualTo(0.91, EXACT);
        assertThat(new WorkerFigures(0.88, Optional.empty(), Optional.empty(), Optional.empty()).fp32())
                .isEmpty();
    }

    @Test
    void neverExpectsMoreThanEverything() {
        assertThat(new WorkerFigures(1, Optional.of(1.0), Optional.of(0.96), Optional.of(0.97))
                        .fp32()
                        .orElseThrow())
                .isEqualTo(1, EXACT);
    }

    /** The samples before were two points easier than the whole, those of today a point harder. */
    @Test
    void bringsTheVersionBeforeToTheSamplesOfThisOne() {
        WorkerFigures before = new WorkerFigures(0.92, Optional.empty(), Optional.of(0.90), Optional.empty());
        WorkerFigures now = new WorkerFigures(0.90, Optional.empty(), Optional.of(0.91), Optional.empty());
        Served served = served(9200, 800);
        assertThat(now.comparable(served, before)).isEqualTo(served(8900, 1100));
    }

    /** What feedback says is of what devices see, not of samples: it stays as it is. */
    private static Served served(long right, long wrong) {
        return new Served(new Answers(right, wrong), new Answers(70, 30), 10_000, 3, OptionalDouble.of(12));
    }

    @Test
    void leavesTheVersionBeforeAsItIsOnTheSameSamples() {
        WorkerFigures same = new WorkerFigures(0.92, Optional.empty(), Optional.of(0.90), Optional.empty());
        Served served = served(92, 8);
        assertThat(same.comparable(served, same)).isEqualTo(served);
    }
}
