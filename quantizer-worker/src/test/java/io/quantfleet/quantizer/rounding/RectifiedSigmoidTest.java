package io.quantfleet.quantizer.rounding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RectifiedSigmoidTest {
    private static final double STEP = 1e-6;

    private static double h(double v) {
        return RectifiedSigmoid.of(RectifiedSigmoid.sigmoid(v));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-5, -2, -0.7, 0, 0.3, 1.9, 4})
    void hasTheSlopeOfFiniteDifferences(double v) {
        assertThat(RectifiedSigmoid.slope(RectifiedSigmoid.sigmoid(v)))
                .isCloseTo((h(v + STEP) - h(v - STEP)) / (2 * STEP), within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 20})
    void costsMostHalfWayAndNothingAtTheEnds(int beta) {
        assertThat(RectifiedSigmoid.cost(0.5, beta)).isEqualTo(1);
        assertThat(RectifiedSigmoid.cost(0, beta)).isZero();
        assertThat(RectifiedSigmoid.cost(1, beta)).isZero();
        for (double h = 0.05; h < 1; h += 0.1) {
            double difference =
                    (RectifiedSigmoid.cost(h + STEP, beta) - RectifiedSigmoid.cost(h - STEP, beta)) / (2 * STEP);
            assertThat(RectifiedSigmoid.costSlope(h, beta)).isCloseTo(difference, within(1e-4));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.25, 0.5, 0.9})
    void startsAtTheFractionItself(double fraction) {
        assertThat(h(RectifiedSigmoid.inverse(fraction))).isCloseTo(fraction, within(1e-9));
    }
}
