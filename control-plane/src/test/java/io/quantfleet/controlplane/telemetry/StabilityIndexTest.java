package io.quantfleet.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StabilityIndexTest {
    @Test
    void isTheSumOfItsDefinition() {
        double index = StabilityIndex.ofClasses(
                classes(Map.of(0, 500_000L, 1, 300_000L, 2, 200_000L)),
                classes(Map.of(0, 400_000L, 1, 300_000L, 2, 300_000L)));

        // -0.1 ln 0.8 + 0.1 ln 1.5
        assertThat(index).isCloseTo(0.062860, within(1e-5));
    }

    @Test
    void samplesOfOneDistributionDifferByLittle() {
        Random random = new Random(5);

        assertThat(StabilityIndex.ofClasses(sample(random, 10, 10_000), sample(random, 10, 1_000)))
                .isLessThan(0.03);
    }

    @Test
    void aClassThatAppearsAndOneThatVanishesShow() {
        assertThat(StabilityIndex.ofClasses(classes(Map.of(0, 900L, 1, 100L)), classes(Map.of(0, 900L, 2, 100L))))
                .isGreaterThan(0.25)
                .isFinite();
    }

    @Test
    void confidenceThatFallsShows() {
        Distributions before = confidences(19);
        Distributions now = confidences(12);

        assertThat(StabilityIndex.ofConfidences(before, before)).isZero();
        assertThat(StabilityIndex.ofConfidences(before, now)).isGreaterThan(0.25);
    }

    private static Distributions classes(Map<Integer, Long> classes) {
        return new Distributions(classes, 0, List.of(), Map.of());
    }

    private static Distributions confidences(int bin) {
        List<Long> bins = new ArrayList<>(Collections.nCopies(20, 5L));
        bins.set(bin, 1000L);
        return new Distributions(Map.of(), 0, bins, Map.of());
    }

    private static Distributions sample(Random random, int classes, int size) {
        Map<Integer, Long> counts = new HashMap<>();
        for (int i = 0; i < size; i++) {
            counts.merge(random.nextInt(classes), 1L, Long::sum);
        }
        return classes(counts);
    }
}
