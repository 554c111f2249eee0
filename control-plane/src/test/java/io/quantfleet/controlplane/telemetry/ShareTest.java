package io.quantfleet.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ShareTest {
    /** Against the values that R's {@code prop.test(correct = FALSE)} and Newcombe (1998), table I, give. */
    @Test
    void theIntervalIsWilsons() {
        Share of = Share.of(81, 263 - 81);

        assertThat(of.low().orElseThrow()).isCloseTo(0.2553, within(1e-4));
        assertThat(of.high().orElseThrow()).isCloseTo(0.3662, within(1e-4));
    }

    @Test
    void nothingWrongIsNotCertainty() {
        Share all = Share.of(20, 0);

        assertThat(all.share()).contains(1.0);
        assertThat(all.low().orElseThrow()).isCloseTo(0.8389, within(1e-4));
        assertThat(all.high()).contains(1.0);
    }

    @Test
    void noAnswersHaveNoShare() {
        assertThat(Share.of(0, 0).share()).isEmpty();
    }
}
