package io.quantfleet.cli;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for what other threads and processes do. It takes a second or two on a machine that does nothing
 * else, and only a test that fails waits for so long: no test may go by how fast it is.
 */
public final class Patience {
    public static final Duration LIMIT = Duration.ofMinutes(5);

    /** The first look is at once: much of what tests wait for is there already. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private Patience() {}

    public static ConditionFactory await() {
        return Awaitility.await().atMost(LIMIT).pollDelay(Duration.ZERO).pollInterval(BETWEEN_LOOKS);
    }
}
