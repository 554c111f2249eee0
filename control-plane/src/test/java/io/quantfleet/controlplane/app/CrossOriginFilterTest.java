package io.quantfleet.controlplane.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CrossOriginFilterTest {
    private static final String HOST = "fleet.example:8080";

    @Test
    void letsTheConsoleAndProgramsThrough() {
        assertThat(CrossOriginFilter.isOurs("same-origin", "https://fleet.example:8080", HOST))
                .isTrue();
        assertThat(CrossOriginFilter.isOurs("none", null, HOST)).isTrue();
        assertThat(CrossOriginFilter.isOurs(null, null, HOST)).isTrue();
        assertThat(CrossOriginFilter.isOurs(null, "http://fleet.example:8080", HOST))
                .isTrue();
    }

    @Test
    void refusesPagesOfOthers() {
        assertThat(CrossOriginFilter.isOurs("cross-site", "https://evil.example", HOST))
                .isFalse();
        assertThat(CrossOriginFilter.isOurs("same-site", "https://other.fleet.example", HOST))
                .isFalse();
        assertThat(CrossOriginFilter.isOurs(null, "https://evil.example", HOST)).isFalse();
        assertThat(CrossOriginFilter.isOurs(null, "null", HOST)).isFalse();
        assertThat(CrossOriginFilter.isOurs(null, "http://fleet.example:8080", null))
                .isFalse();
    }
}
