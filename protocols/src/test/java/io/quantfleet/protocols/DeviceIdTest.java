package io.quantfleet.protocols;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceIdTest {
    @Test
    void takesOrdinaryNames() {
        assertThat(new DeviceId("berlin-07.cam_2")).hasToString("berlin-07.cam_2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "+", "#", "a b", "-a", "a\u0000", "ü"})
    void refusesWhatCouldEscapeATopicLevel(String value) {
        assertThatThrownBy(() -> new DeviceId(value)).hasMessageContaining("not a device id");
    }

    @Test
    void refusesMoreThan64Characters() {
        assertThatThrownBy(() -> new DeviceId("a".repeat(65))).isInstanceOf(IllegalArgumentException.class);
    }
}
