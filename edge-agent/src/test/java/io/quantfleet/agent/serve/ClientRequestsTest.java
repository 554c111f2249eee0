package io.quantfleet.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClientRequestsTest {
    private static final Duration QUIET = Duration.ofSeconds(30);

    private long nanos = Long.MAX_VALUE - 5;
    private final ClientRequests requests = new ClientRequests(() -> nanos);

    @Test
    void isIdleSoLongAfterTheStart() {
        assertThat(requests.isIdleFor(QUIET)).isFalse();
        pass(QUIET);
        assertThat(requests.isIdleFor(QUIET)).isTrue();
    }

    @Test
    void isNotIdleWhileARequestIsUnderWay() {
        ClientRequests.Request request = requests.arrived();
        pass(QUIET.multipliedBy(2));
        assertThat(requests.isIdleFor(QUIET)).isFalse();

        request.close();

        assertThat(requests.isIdleFor(QUIET)).isFalse();
        pass(QUIET);
        assertThat(requests.isIdleFor(QUIET)).isTrue();
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }
}
