package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final UUID ROLLOUT = new UUID(1, 1);

    private long now;
    private final Pace pace = new Pace(() -> now);

    @Test
    void restsNineTimesAsLongAsItTook() {
        assertThat(pace.isDue(ROLLOUT)).isTrue();

        take(10);

        now += 89;
        assertThat(pace.isDue(ROLLOUT)).isFalse();
        now += 1;
        assertThat(pace.isDue(ROLLOUT)).isTrue();
    }

    @Test
    void oneLongTimeAmongShortOnesCostsNoLongRest() {
        take(10);
        take(5_000);

        now += 90;

        assertThat(pace.isDue(ROLLOUT)).isTrue();
    }

    @Test
    void restsLongOnceItTakesLong() {
        take(10);
        take(5_000);
        take(5_000);

        now += 44_999;
        assertThat(pace.isDue(ROLLOUT)).isFalse();
        now += 1;
        assertThat(pace.isDue(ROLLOUT)).isTrue();
    }

    @Test
    void restsForEachRolloutOfItsOwn() {
        take(10);

        assertThat(pace.isDue(new UUID(2, 2))).isTrue();
    }

    private void take(long nanos) {
        pace.run(ROLLOUT, () -> now += nanos);
    }
}
