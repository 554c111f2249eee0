package io.quantfleet.quantizer.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Fidelity;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccuracyGoalTest {
    private static final Fidelity CLOSE = new Fidelity(40, 1e-5, 45, 1, 0, 100);
    private static final AccuracyGoal HALF_A_POINT = new AccuracyGoal(0.5, Optional.empty());

    @Test
    void isMetUpToExactlyTheBudget() {
        assertThat(HALF_A_POINT.metBy(new Accuracy(0.810, 0.805, 0.9, 1000))).isTrue();
        assertThat(HALF_A_POINT.metBy(new Accuracy(0.810, 0.804, 0.99, 1000))).isFalse();
    }

    @Test
    void anAgreementIsAConditionOnlyWhereItIsAskedFor() {
        AccuracyGoal strict = new AccuracyGoal(0.5, Optional.of(0.95));

        assertThat(strict.metBy(new Accuracy(0.8, 0.8, 0.94, 1000))).isFalse();
        assertThat(strict.metBy(new Accuracy(0.8, 0.8, 0.95, 1000))).isTrue();
    }

    @Test
    void leavesSomethingToWishForWhileTheModelsDisagree() {
        assertThat(HALF_A_POINT.surpassedBy(new Accuracy(0.8, 0.8, 0.9, 1000), CLOSE))
                .isFalse();
        assertThat(HALF_A_POINT.surpassedBy(new Accuracy(0.8, 0.8, 0.995, 1000), CLOSE))
                .isTrue();
    }
}
