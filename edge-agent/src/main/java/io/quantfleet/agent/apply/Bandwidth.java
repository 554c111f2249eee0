package io.quantfleet.agent.apply;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;

/**
 * A token bucket with debt: a chunk may be asked for while there is anything left, and what it takes beyond that is made
 * up for before the next. So a cap below a chunk's size works too, which buckets from libraries, that grant whole
 * requests or none, do not offer. Holds at most what a second fills. For one thread.
 */
final class Bandwidth {
    private final OptionalLong bytesPerSecond;
    private final InstantSource clock;
    private double tokens;
    private Instant filled;

    Bandwidth(OptionalLong bytesPerSecond, InstantSource clock) {
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        this.tokens = bytesPerSecond.orElse(0);
        this.filled = clock.instant();
    }

    /** Takes so many bytes if the bucket isn't empty; false if it is. */
    boolean take(long bytes) {
        if (bytesPerSecond.isEmpty()) {
            return true;
        }
        fill(bytesPerSecond.getAsLong());
        if (tokens <= 0) {
            return false;
        }
        tokens -= bytes;
        return true;
    }

    /** A clock that is set back fills nothing; one that jumps ahead, a second's worth beyond the debt's end. */
    private void fill(long perSecond) {
        Instant now = clock.instant();
        double seconds = Math.max(0, Duration.between(filled, now).toNanos() / 1e9);
        tokens = Math.min((double) perSecond, tokens + seconds * perSecond);
        filled = now;
    }
}
