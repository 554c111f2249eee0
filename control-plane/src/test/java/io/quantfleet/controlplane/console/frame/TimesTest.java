package io.quantfleet.controlplane.console.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "0,just now",
        "4,just now",
        "5,5 s ago",
        "59,59 s ago",
        "60,1 min ago",
        "3599,59 min ago",
        "3600,1 h ago",
        "172799,47 h ago",
        "172800,2 d ago",
        "-2,just now",
        "-90,in 1 min"
    })
    void relativeTimesUseTheLargestUnitThatFits(long secondsAgo, String text) {
        assertThat(Times.relative(NOW.minusSeconds(secondsAgo), NOW)).isEqualTo(text);
    }

    @Test
    void theElementHasBothForms() {
        assertThat(Times.element(NOW.minusSeconds(7), NOW))
                .isEqualTo("<time datetime=\"2026-03-01T11:59:53Z\" title=\"2026-03-01 11:59:53 UTC\">7 s ago</time>");
    }
}
