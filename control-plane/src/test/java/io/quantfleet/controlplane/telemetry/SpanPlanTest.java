package io.quantfleet.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpanPlanTest {
    @Test
    void isCoarseWithinAndFineAtTheEdges() {
        assertThat(plan("2026-03-01T22:58:30Z", "2026-03-04T01:01:00Z"))
                .containsExactly(
                        "MINUTE 2026-03-01T22:58:00Z 2026-03-01T23:00:00Z",
                        "HOUR 2026-03-01T23:00:00Z 2026-03-02T00:00:00Z",
                        "DAY 2026-03-02T00:00:00Z 2026-03-04T00:00:00Z",
                        "HOUR 2026-03-04T00:00:00Z 2026-03-04T01:00:00Z",
                        "MINUTE 2026-03-04T01:00:00Z 2026-03-04T01:01:00Z");
    }

    @Test
    void aShortSpanIsMinutes() {
        assertThat(plan("2026-03-01T10:59:00Z", "2026-03-01T11:01:10Z"))
                .containsExactly("MINUTE 2026-03-01T10:59:00Z 2026-03-01T11:02:00Z");
    }

    @Test
    void stepsComeFromTheCoarsestThatFits() {
        Instant midnight = Instant.parse("2026-03-01T00:00:00Z");

        assertThat(SpanPlan.inSteps(midnight, midnight.plusSeconds(90_000), 86_400)
                        .resolution())
                .isEqualTo(Resolution.DAY);
        assertThat(SpanPlan.inSteps(midnight, midnight.plusSeconds(90_000), 7_200)
                        .resolution())
                .isEqualTo(Resolution.HOUR);
        assertThat(SpanPlan.inSteps(midnight.plusSeconds(60), midnight.plusSeconds(90_000), 7_200)
                        .resolution())
                .isEqualTo(Resolution.MINUTE);
    }

    private static List<String> plan(String from, String to) {
        return SpanPlan.of(Instant.parse(from), Instant.parse(to)).stream()
                .map(piece -> piece.resolution() + " " + piece.from() + " " + piece.to())
                .toList();
    }
}
