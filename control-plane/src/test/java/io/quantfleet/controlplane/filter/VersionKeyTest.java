package io.quantfleet.controlplane.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionKeyTest {
    @Test
    void sortsAsVersionsDo() {
        List<String> ascending = List.of(
                "0.9.9",
                "1.0.0-SNAPSHOT",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc1",
                "1.0.0-rc10",
                "1.0.0",
                "1.0.0.1",
                "1.2",
                "1.10",
                "2");

        assertThat(ascending.stream().map(version -> VersionKey.of(version).orElseThrow()))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void leavesOutWhatMakesNoDifference() {
        assertThat(VersionKey.of("v1.2")).isEqualTo(VersionKey.of("1.2.0")).isEqualTo(VersionKey.of("1.2.0.0+build.7"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "latest", "1.", ".1", "1.2.3.4.5", "1.2-", "1234567890", "1.0-1234567890", "1.0-ü", "1 "})
    void isEmptyForWhatIsNoVersion(String text) {
        assertThat(VersionKey.of(text)).isEmpty();
    }
}
