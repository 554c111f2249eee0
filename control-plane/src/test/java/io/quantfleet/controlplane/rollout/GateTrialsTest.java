package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** The promise of {@code bench gates}, with other seeds than it uses by itself. */
class GateTrialsTest {
    @Test
    void stopsBadVariantsAtTheCanariesAndLetsGoodOnesThrough() throws Exception {
        JsonNode report = GateTrials.run(100, 7_000_000);

        assertThat(report.path("badStopped").asInt()).isGreaterThanOrEqualTo(99);
        assertThat(report.path("goodStopped").asInt()).isLessThanOrEqualTo(2);
        assertThat(report.path("goodFinished").asInt()).isGreaterThanOrEqualTo(98);
        assertThat(report.path("mostDevicesOfABadOne").asInt()).isEqualTo(25);
    }

    @Test
    void sameSeedsSameFigures() throws Exception {
        assertThat(GateTrials.run(3, 5)).isEqualTo(GateTrials.run(3, 5));
    }
}
