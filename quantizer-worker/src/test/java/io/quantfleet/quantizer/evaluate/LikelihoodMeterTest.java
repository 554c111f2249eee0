package io.quantfleet.quantizer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LikelihoodMeterTest {
    /** Scores whose distribution is ½, ¼, ¼, up to a constant. */
    private static final float[] HALF = {(float) Math.log(2) + 5, 5, 5};

    private static final float[] EVEN = {-1, -1, -1};

    @Test
    void perplexityAndDivergenceAreThoseWorkedByHand() {
        LikelihoodMeter meter = new LikelihoodMeter();
        meter.add(0, HALF, EVEN, 0, 3);
        meter.add(1, HALF, EVEN, 0, 3);

        Likelihood likelihood = meter.likelihood();

        // (½ · ¼)^-½ = √8; three even choices; ½ ln 3/2 + 2 · ¼ ln 3/4.
        assertThat(likelihood.fp32Perplexity()).isCloseTo(Math.sqrt(8), within(1e-6));
        assertThat(likelihood.perplexity()).isCloseTo(3, within(1e-6));
        assertThat(likelihood.divergence()).isCloseTo(0.5 * Math.log(1.5) + 0.5 * Math.log(0.75), within(1e-6));
        assertThat(likelihood.increasePercent()).isCloseTo(100 * (3 / Math.sqrt(8) - 1), within(1e-4));
    }

    @Test
    void placesWithoutANextTokenDontCount() {
        LikelihoodMeter meter = new LikelihoodMeter();
        meter.add(0, HALF, HALF, 0, 3);
        meter.add(LabelledSamples.NO_TARGET, EVEN, HALF, 0, 3);
        assertThat(meter.likelihood().fp32Perplexity()).isCloseTo(2, within(1e-6));
        assertThat(meter.likelihood().divergence()).isZero();
    }

    @Test
    void nothingIsWorseThanScoresThatAreNotFinite() {
        LikelihoodMeter meter = new LikelihoodMeter();
        meter.add(0, HALF, new float[] {Float.NaN, 1, 1}, 0, 3);
        Likelihood likelihood = meter.likelihood();
        assertThat(likelihood.perplexity()).isInfinite();
        assertThat(likelihood.divergence()).isInfinite();
        assertThat(LikelihoodBudget.usual().metBy(likelihood)).isFalse();
    }

    @Test
    void aBudgetIsMetUpToExactlyItsBounds() {
        LikelihoodBudget budget = new LikelihoodBudget(10, Optional.of(0.5));
        assertThat(budget.metBy(new Likelihood(10, 11, 0.5))).isTrue();
        assertThat(budget.reasons(new Likelihood(10, 11.01, 0.6)))
                .containsExactly(
                        "perplexity rises by 10.10 %, from 10.0000 to 11.0100; the budget is 10.00 %",
                        "its distribution over the next token diverges by 0.60000 nats; the budget is 0.50000");
    }
}
