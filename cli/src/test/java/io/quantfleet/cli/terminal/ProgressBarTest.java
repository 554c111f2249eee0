package io.quantfleet.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressBarTest {
    @Test
    void isAsFullAsThePart() {
        assertThat(ProgressBar.of(0, 7)).isEqualTo("[" + "·".repeat(30) + "]");
        assertThat(ProgressBar.of(1, 3)).isEqualTo("[" + "#".repeat(10) + "·".repeat(20) + "]");
        assertThat(ProgressBar.of(9, 7)).isEqualTo("[" + "#".repeat(30) + "]");
        assertThat(ProgressBar.of(0, 0)).isEqualTo("[" + "#".repeat(30) + "]");
    }
}
