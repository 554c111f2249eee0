package io.quantfleet.agent.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentPredictionsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final RecentPredictions recent = new RecentPredictions(Duration.ofMinutes(1), nanos::get);

    @Test
    void eachIsJudgedOnce() {
        recent.add("d1", "a", List.of(3));

        assertThat(recent.find("d1", "a")).contains(List.of(3));
        assertThat(recent.take("a")).isTrue();
        assertThat(recent.take("a")).isFalse();
        assertThat(recent.find("d1", "a")).isEmpty();
    }

    @Test
    void forgetsWhatIsTooOld() {
        recent.add("d1", "a", List.of(3));
        nanos.addAndGet(Duration.ofSeconds(40).toNanos());
        recent.add("d1", "b", List.of(4));
        nanos.addAndGet(Duration.ofSeconds(40).toNanos());

        assertThat(recent.find("d1", "a")).isEmpty();
        assertThat(recent.find("d1", "b")).isPresent();
    }

    @Test
    void forgetsTheOldestBeyondItsCapacity() {
        for (int i = 0; i <= RecentPredictions.CAPACITY; i++) {
            recent.add("d1", "r" + i, List.of(i));
        }

        assertThat(recent.find("d1", "r0")).isEmpty();
        assertThat(recent.find("d1", "r1")).contains(List.of(1));
        assertThat(recent.find("d1", "r" + RecentPredictions.CAPACITY)).isPresent();
    }

    @Test
    void forgetsWhatAnotherDeploymentAnswered() {
        recent.add("d1", "a", List.of(3));

        assertThat(recent.find("d2", "a")).isEmpty();
    }

    @Test
    void theLatestRequestOfAnIdCounts() {
        recent.add("d1", "a", List.of(3));
        recent.add("d1", "a", List.of(4));

        assertThat(recent.find("d1", "a")).contains(List.of(4));
    }

    @Test
    void doesNotRememberBatchesThatWouldFillTheMemory() {
        recent.add("d1", "a", Collections.nCopies(RecentPredictions.LABELS_EACH + 1, 0));

        assertThat(recent.find("d1", "a")).isEmpty();
    }
}
