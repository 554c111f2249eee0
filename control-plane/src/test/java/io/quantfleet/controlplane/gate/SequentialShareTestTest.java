package io.quantfleet.controlplane.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequentialShareTestTest {
    private static final double RISK = 0.01;

    @Test
    void hasNoEvidenceWithoutObservations() {
        assertThat(new SequentialShareTest(0.9, RISK).logEvidenceBelow(0, 0)).isCloseTo(0, within(1e-9));
    }

    /** The mixture of a single miss by hand: the mean of (1 - p) below the bound, over (1 - bound). */
    @Test
    void weighsOneObservationAsTheMixtureDoes() {
        double bound = 0.9;
        double a = 90;
        double b = 10;
        int steps = 2_000_000;
        double mass = 0;
        double missed = 0;
        for (int i = 0; i < steps; i++) {
            double p = (i + 0.5) * bound / steps;
            double density = Math.pow(p, a - 1) * Math.pow(1 - p, b - 1);
            mass += density;
            missed += density * (1 - p);
        }
        double expected = Math.log(missed / mass / (1 - bound));

        assertThat(new SequentialShareTest(bound, RISK).logEvidenceBelow(0, 1)).isCloseTo(expected, within(1e-6));
    }

    @Test
    void seldomSpeaksAgainstTheTruthHoweverOftenOneLooks() {
        SequentialShareTest test = new SequentialShareTest(0.9, 0.05);
        int wrong = 0;
        for (int seed = 0; seed < 400; seed++) {
            wrong += everShowsBelow(test, 0.9, seed) ? 1 : 0;
        }
        // 5 % of 400 is 20; with more than 32 the risk would be missed with 99.5 % confidence.
        assertThat(wrong).isBetween(1, 32);
    }

    private static boolean everShowsBelow(SequentialShareTest test, double share, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long hits = 0;
        for (int n = 1; n <= 3000; n++) {
            hits += random.nextDouble() < share ? 1 : 0;
            if (test.showsBelow(hits, n - hits)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void findsASmallLossInAFewThousandObservations() {
        SequentialShareTest test = new SequentialShareTest(0.89, RISK);
        assertThat(test.showsBelow(8700, 1300)).isTrue();
        assertThat(test.showsBelow(870, 130)).isFalse();
        assertThat(test.showsAbove(27_000, 3000)).isTrue();
        assertThat(test.showsAbove(8900, 1100)).isFalse();
    }

    @Test
    void standsCountsOfAFleetsYear() {
        SequentialShareTest test = new SequentialShareTest(0.9, RISK);
        assertThat(test.showsBelow(899_000_000, 101_000_000)).isTrue();
        assertThat(test.showsBelow(1_000_000_000, 0)).isFalse();
        assertThat(test.showsAbove(1_000_000_000, 0)).isTrue();
    }

    @Test
    void boundsAShareOnBothSides() {
        var interval = SequentialShareTest.interval(RISK, 9000, 1000);
        assertThat(interval.lower()).isBetween(0.885, 0.9);
        assertThat(interval.upper()).isBetween(0.9, 0.915);
        var nothing = SequentialShareTest.interval(RISK, 0, 0);
        assertThat(nothing.lower()).isLessThan(1e-6);
        assertThat(nothing.upper()).isGreaterThan(1 - 1e-6);
    }

    @Test
    void refusesBoundsAndRisksThatAreNoShares() {
        assertThatThrownBy(() -> new SequentialShareTest(1, RISK)).hasMessageContaining("1.0");
        assertThatThrownBy(() -> new SequentialShareTest(0.9, 0)).hasMessageContaining("0.0");
        assertThatThrownBy(() -> new SequentialShareTest(0.9, RISK).logEvidenceBelow(-1, 0))
                .hasMessageContaining("-1");
    }
}
