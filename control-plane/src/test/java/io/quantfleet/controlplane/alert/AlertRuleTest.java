package io.quantfleet.controlplane.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.telemetry.Metric;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class AlertRuleTest {
    private static final Duration FIVE = Duration.ofMinutes(5);
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aThresholdHasAnotherOneForTheWayBack() {
        var slow = new AlertRule.Threshold(Metric.LATENCY_P95_MS, true, 50, 40.0, FIVE);

        assertThat(slow.look(measured(FIVE, 51)).met()).isTrue();
        assertThat(slow.look(measured(FIVE, 50)).met()).isFalse();
        assertThat(slow.look(measured(FIVE, 45)).over()).isFalse();
        assertThat(slow.look(measured(FIVE, 40)).over()).isTrue();
    }

    @Test
    void aThresholdBelowWorksTheOtherWayRound() {
        var wrong = new AlertRule.Threshold(Metric.ACCURACY, false, 0.8, 0.85, FIVE);

        assertThat(wrong.look(measured(FIVE, 0.79)).met()).isTrue();
        assertThat(wrong.look(measured(FIVE, 0.82)).over()).isFalse();
        assertThat(wrong.look(measured(FIVE, 0.85)).over()).isTrue();
    }

    @Test
    void whereNothingIsMeasuredNothingIsMetAndNothingIsOver() {
        var rule = new AlertRule.Threshold(Metric.ACCURACY, false, 0.8, null, FIVE);

        assertThat(rule.look(measured(FIVE, Double.NaN)).met()).isFalse();
        assertThat(rule.look(measured(FIVE, Double.NaN)).over()).isFalse();
    }

    @Test
    void aBurnRateHasToBeHighOverBothSpansAndIsOverWithTheShortOne() {
        var burn = new AlertRule.BurnRate(Metric.ERROR_SHARE, 0.99, 14.4, HOUR, FIVE);

        assertThat(burn.look(measured(Map.of(HOUR, 0.15, FIVE, 0.15))).met()).isTrue();
        assertThat(burn.look(measured(Map.of(HOUR, 0.10, FIVE, 0.50))).met()).isFalse();
        assertThat(burn.look(measured(Map.of(HOUR, 0.15, FIVE, 0.10))).over()).isTrue();
    }

    @Test
    void aBurnRateOfAccuracyIsOfWhatIsWrong() {
        var burn = new AlertRule.BurnRate(Metric.ACCURACY, 0.9, 2, HOUR, FIVE);

        assertThat(burn.look(measured(Map.of(HOUR, 0.75, FIVE, 0.7))).met()).isTrue();
        assertThat(burn.look(measured(Map.of(HOUR, 0.85, FIVE, 0.7))).met()).isFalse();
    }

    @Test
    void nothingThatCanNeverBeMetIsTaken() {
        refused(() -> new AlertRule.Threshold(Metric.ACCURACY, false, 0.8, 0.7, FIVE));
        refused(() -> new AlertRule.Threshold(Metric.ACCURACY, true, Double.POSITIVE_INFINITY, null, FIVE));
        refused(() -> new AlertRule.BurnRate(Metric.ERROR_SHARE, 0.99, Double.POSITIVE_INFINITY, HOUR, FIVE));
        refused(() -> new AlertRule.Absence(Duration.ofSeconds(10)));
        refused(() -> new AlertRule.BurnRate(Metric.LATENCY_P50_MS, 0.99, 14, HOUR, FIVE));
        refused(() -> new AlertRule.BurnRate(Metric.ERROR_SHARE, 1, 14, HOUR, FIVE));
        refused(() -> new AlertRule.BurnRate(Metric.ERROR_SHARE, 0.99, 14, FIVE, HOUR));
    }

    @Test
    void whatWasFoundIsSaidInWordsWithUnits() {
        var slow = new AlertRule.Threshold(Metric.LATENCY_P95_MS, true, 12.5, null, Duration.ofMinutes(90));
        var wrong = new AlertRule.BurnRate(Metric.ACCURACY, 0.9, 2, HOUR, FIVE);

        assertThat(slow.look(measured(Duration.ofMinutes(90), 61.23456)).text())
                .isEqualTo("latency p95 above 12.5 ms over 90 min: 61.23 ms");
        assertThat(wrong.look(measured(Map.of(HOUR, 0.75, FIVE, 0.7))).text())
                .isEqualTo("accuracy on the probe set uses up the error budget, objective 0.9, more than 2 times too"
                        + " fast over 5 min and over 1 h: 3 and 2.5 times");
        assertThat(new AlertRule.Absence(Duration.ofDays(1))
                        .look(measured(Map.of()))
                        .text())
                .isEqualTo("no telemetry window over 1 d: 0 came");
    }

    private static void refused(Runnable made) {
        assertThatExceptionOfType(ControlPlaneException.class).isThrownBy(made::run);
    }

    private static AlertRule.Measurements measured(Duration over, double value) {
        return measured(Double.isNaN(value) ? Map.of() : Map.of(over, value));
    }

    private static AlertRule.Measurements measured(Map<Duration, Double> values) {
        return new AlertRule.Measurements() {
            @Override
            public OptionalDouble measure(Metric metric, Duration over) {
                Double value = values.get(over);
                return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
            }

            @Override
            public long windows(Duration over) {
                return values.size();
            }
        };
    }
}
