package io.quantfleet.quantizer.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StepPlanTest {
    private final StepPlan plan = new StepPlan(1000, Duration.ofSeconds(100));

    @Test
    void keepsWhatWasAskedForWhereThereIsTime() {
        assertThat(plan.steps(1000, 1, 1, 50, 50))
                .as("one slow step tells nothing")
                .isEqualTo(1000);
        assertThat(plan.steps(1000, 5, 5, 0.5, 0.5)).isEqualTo(1000);
        assertThat(plan.steps(1000, 999, 999, 99, 99)).isEqualTo(1000);
    }

    @Test
    void followsTheSpeed() {
        assertThat(plan.steps(1000, 10, 10, 2, 2)).as("0.2 s a step").isEqualTo(500);
        assertThat(plan.steps(1000, 100, 100, 40, 40)).as("0.4 s a step by now").isEqualTo(250);
        assertThat(plan.steps(1000, 200, 200, 60, 60)).as("0.3 s a step by now").isEqualTo(333);
    }

    @Test
    void endsWhenTheTimeIsOver() {
        assertThat(plan.steps(1000, 100, 100, 100, 100)).isEqualTo(100);
        assertThat(plan.steps(1000, 2, 2, 150, 150))
                .as("even before the speed is known")
                .isEqualTo(2);
    }

    @Test
    void keepsToThePlanThatItTakesUpUntilTheSpeedIsKnown() {
        assertThat(plan.steps(700, 104, 4, 9, 60)).isEqualTo(700);
    }

    @Test
    void goesByTheSpeedOfThisMachineAfterAnother() {
        assertThat(plan.steps(1000, 110, 10, 5, 60))
                .as("100 steps in 55 s there, 0.5 s a step here")
                .isEqualTo(190);
    }
}
