package io.quantfleet.quantizer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static Verdict verdict(double fp32, double variant, double budget) {
        Latency latency = new Latency(1, 1);
        return Verdict.of(
                new Evaluation(
                        new Accuracy(fp32, variant, 0.9, 5000), 20, 0, latency, latency, new Predictions(new int[0])),
                budget,
                LikelihoodBudget.usual(),
                Optional.empty());
    }

    @Test
    void isReadyUpToExactlyTheBudget() {
        assertThat(verdict(0.81, 0.80, 1.0)).isEqualTo(new Verdict(true, java.util.List.of()));
        assertThat(verdict(0.81, 0.83, 0.0).ready()).isTrue();
        assertThat(verdict(0.81, 0.83, 0.0).name()).isEqualTo("READY");
    }

    @Test
    void isRejectedBeyondIt() {
        Verdict verdict = verdict(0.8102, 0.79, 1.0);

        assertThat(verdict.name()).isEqualTo("REJECTED");
        assertThat(verdict.reasons())
                .containsExactly("accuracy falls by 2.02 points, from 81.02 % to 79.00 % of 5000 samples;"
                        + " the budget is 1.00 points");
    }
}
