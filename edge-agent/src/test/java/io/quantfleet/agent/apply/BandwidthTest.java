package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.TestClock;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BandwidthTest {
    private final TestClock clock = new TestClock();

    @Test
    void keepsToItsRateOnAverageWithChunksLargerThanASecondsWorth() {
        Bandwidth bandwidth = new Bandwidth(OptionalLong.of(100), clock);
        long taken = 0;
        for (int second = 0; second < 100; second++) {
            while (bandwidth.take(250)) {
                taken += 250;
            }
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(taken).isBetween(9_750L, 10_500L);
    }

    @Test
    void savesNoMoreThanASecondsWorth() {
        Bandwidth bandwidth = new Bandwidth(OptionalLong.of(100), clock);
        clock.advance(Duration.ofHours(1));

        assertThat(bandwidth.take(100)).isTrue();
        assertThat(bandwidth.take(1)).isFalse();
    }

    @Test
    void aClockThatIsSetBackDoesNotStopIt() {
        Bandwidth bandwidth = new Bandwidth(OptionalLong.of(100), clock);
        assertThat(bandwidth.take(200)).isTrue();
        clock.advance(Duration.ofDays(-400));
        assertThat(bandwidth.take(1)).isFalse();

        clock.advance(Duration.ofSeconds(2));

        assertThat(bandwidth.take(1)).isTrue();
    }

    @Test
    void withoutACapItGivesWhatIsAsked() {
        assertThat(new Bandwidth(OptionalLong.empty(), clock).take(Long.MAX_VALUE))
                .isTrue();
    }
}
