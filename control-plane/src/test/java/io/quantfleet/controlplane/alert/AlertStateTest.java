package io.quantfleet.controlplane.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class AlertStateTest {
    private static final Instant START = Instant.parse("2026-05-01T10:00:00Z");
    private static final Duration HOLD = Duration.ofMinutes(5);
    private static final Duration CLEAR = Duration.ofMinutes(2);
    private static final AlertRule.Finding MET = finding(true, false);
    private static final AlertRule.Finding BETWEEN = finding(false, false);
    private static final AlertRule.Finding OVER = finding(false, true);

    @Test
    void firesOnceTheConditionHasBeenMetForLongEnough() {
        AlertState pending = AlertState.opened(MET, HOLD, START).orElseThrow();

        assertThat(pending.code()).isEqualTo(AlertState.Code.PENDING);
        assertThat(code(pending, MET, 4)).contains(AlertState.Code.PENDING);
        assertThat(code(pending, MET, 5)).contains(AlertState.Code.FIRING);
    }

    @Test
    void isGoneIfTheConditionIsNotMetBeforeItFired() {
        AlertState pending = AlertState.opened(MET, HOLD, START).orElseThrow();

        assertThat(pending.after(OVER, HOLD, CLEAR, minute(1))).isEmpty();
        assertThat(pending.after(BETWEEN, HOLD, CLEAR, minute(1))).isEmpty();
        assertThat(AlertState.opened(BETWEEN, HOLD, START)).isEmpty();
    }

    @Test
    void firesAtOnceWhereNothingHasToHold() {
        assertThat(AlertState.opened(MET, Duration.ZERO, START).orElseThrow().code())
                .isEqualTo(AlertState.Code.FIRING);
    }

    @Test
    void goesOnBetweenTheThresholds() {
        AlertState firing = AlertState.opened(MET, Duration.ZERO, START).orElseThrow();

        assertThat(code(firing, BETWEEN, 600)).contains(AlertState.Code.FIRING);
    }

    @Test
    void isResolvedOnceItHasBeenOverForLongEnoughWithoutABreak() {
        AlertState firing = AlertState.opened(MET, Duration.ZERO, START).orElseThrow();

        AlertState over = firing.after(OVER, HOLD, CLEAR, minute(10)).orElseThrow();
        assertThat(over.code()).isEqualTo(AlertState.Code.FIRING);
        AlertState again = over.after(MET, HOLD, CLEAR, minute(11)).orElseThrow();
        assertThat(again.clearSince()).isEmpty();
        AlertState overAgain = again.after(OVER, HOLD, CLEAR, minute(12)).orElseThrow();
        assertThat(code(overAgain, OVER, 13)).contains(AlertState.Code.FIRING);
        assertThat(code(overAgain, OVER, 14)).contains(AlertState.Code.RESOLVED);
    }

    @Test
    void aResolvedAlertStaysSo() {
        AlertState resolved = new AlertState(AlertState.Code.RESOLVED, START, Optional.of(START));

        assertThatIllegalStateException().isThrownBy(() -> resolved.after(MET, HOLD, CLEAR, minute(1)));
    }

    private static Optional<AlertState.Code> code(AlertState state, AlertRule.Finding finding, int minute) {
        return state.after(finding, HOLD, CLEAR, minute(minute)).map(AlertState::code);
    }

    private static Instant minute(int minute) {
        return START.plus(Duration.ofMinutes(minute));
    }

    private static AlertRule.Finding finding(boolean met, boolean over) {
        return new AlertRule.Finding(met, over, OptionalDouble.of(1), "");
    }
}
