package io.quantfleet.controlplane.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FanOutWindowTest {
    private static final long MIB = 1 << 20;

    @Test
    void hasRoomForAsManyAsMayAskAtTheSameTime() {
        assertThat(FanOutWindow.room(0)).isEqualTo(171);
    }

    @Test
    void leavesRoomForThoseThatAreUnderWay() {
        assertThat(FanOutWindow.room(244 * MIB)).isEqualTo(8);
        assertThat(FanOutWindow.room(256 * MIB)).isZero();
        assertThat(FanOutWindow.room(380 * MIB)).isZero();
    }
}
