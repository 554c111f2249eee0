package io.quantfleet.controlplane.console.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SortingTest {
    private static final Sorting.Usual NEWEST_FIRST = new Sorting.Usual("started", true);

    private static Sorting asked(String column, String direction) {
        return Sorting.of(
                List.of("started", "fleet"), NEWEST_FIRST, column, direction, Map.of("filter", "state = RUNNING"));
    }

    @Test
    void whatIsNoColumnIsAsIfNothingWasAskedFor() {
        assertThat(asked("1; drop table rollout", "desc").isUsual()).isTrue();
        assertThat(asked("", "").ariaSort("started")).isEqualTo("descending");
    }

    @Test
    void aColumnSortsUpwardsFirstAndThenDownwardsAndKeepsTheFilter() {
        assertThat(asked("", "").sortedBy("fleet")).isEqualTo("?filter=state%20%3D%20RUNNING&sort=fleet");
        assertThat(asked("fleet", "").sortedBy("fleet")).isEqualTo("?dir=desc&filter=state%20%3D%20RUNNING&sort=fleet");
        assertThat(asked("fleet", "desc").ariaSort("fleet")).isEqualTo("descending");
        assertThat(asked("fleet", "desc").ariaSort("started")).isEqualTo("none");
    }

    @Test
    void theUsualOrderNeedsNoWords() {
        assertThat(asked("fleet", "").sortedBy("started")).isEqualTo("?filter=state%20%3D%20RUNNING");
        assertThat(asked("", "").sortedBy("started")).isEqualTo("?filter=state%20%3D%20RUNNING&sort=started");
    }
}
