package io.quantfleet.controlplane.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for what other threads and processes do. It takes a second or two on a machine that does nothing
 * else, and only a test that fails waits for so long: no test may go by how fast it is.
 */
public final class Patience {
    public static final Duration LIMIT = Duration.ofMinutes(3);

    /** The first look is at once: much of what tests wait for is there already. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private Patience() {}

    public static ConditionFactory await() {
        return looking(Awaitility.await());
    }

    /** The same for something that has a name in the message of a test that fails. */
    public static ConditionFactory await(String what) {
        return looking(Awaitility.await(what));
    }

    private static ConditionFactory looking(ConditionFactory await) {
        return await.atMost(LIMIT).pollDelay(Duration.ZERO).pollInterval(BETWEEN_LOOKS);
    }
}
