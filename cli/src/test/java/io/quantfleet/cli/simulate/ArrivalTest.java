package io.quantfleet.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ArrivalTest {
    private final ByteBuf payload = Unpooled.buffer().writeBytes(new byte[] {1, 2, 3});

    @Test
    void isTakenOnceAndKeepsNothingOfTheNetworksAfterwards() throws InterruptedException {
        try (EventLoop loop = new EventLoop(1)) {
            Arrival arrival = new Arrival(payload, loop.take(3));
            payload.release();

            assertThat(arrival.take(byte[]::new)).hasValue(new byte[] {1, 2, 3});

            assertThat(payload.refCnt()).isZero();
            assertThat(arrival.take(byte[]::new)).isEmpty();
            arrival.close();
        }
    }

    @Test
    void isNotTakenOnceItWasDropped() throws InterruptedException {
        try (EventLoop loop = new EventLoop(1)) {
            Arrival arrival = new Arrival(payload, loop.take(3));
            payload.release();

            arrival.close();

            assertThat(payload.refCnt()).isZero();
            assertThat(arrival.take(byte[]::new)).isEmpty();
        }
    }
}
