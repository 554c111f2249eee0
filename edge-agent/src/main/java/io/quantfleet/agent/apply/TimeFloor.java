package io.quantfleet.agent.apply;

import com.google.protobuf.Timestamp;
import io.quantfleet.agent.state.PropertiesFile;
import io.quantfleet.protocols.trust.Trust;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A time that has passed for certain, whatever the device's clock says: when the newest manifest that was accepted had
 * been signed, and as long as the agent has run since. Without it, who controls the broker could keep a manifest back
 * until it has expired, and bring it when the device's clock is behind, as after a power cut on a board without a
 * battery. The clock itself never raises it: one that was ahead for an hour would have every manifest refused for ever.
 *
 * <p>What a key said that was revoked since counts for nothing, as its sequence numbers don't: a thief could have signed
 * a time that is far ahead. For the apply thread.
 */
final class TimeFloor {
    private static final Logger LOG = LoggerFactory.getLogger(TimeFloor.class);
    /** So much of the time that the agent has run is lost when it is killed. */
    private static final Duration STORED_EVERY = Duration.ofHours(1);

    private final PropertiesFile file;
    private final LongSupplier nanoTime;
    private Optional<Known> known = Optional.empty();
    private long storedAt;

    /**
     * @param time what was known at {@code nanos}
     * @param keyId whose word it rests on
     */
    private record Known(Instant time, String keyId, long nanos) {
        Instant grown(long now) {
            return time.plusNanos(Math.max(0, now - nanos));
        }
    }

    /**
     * Reads what is stored; a damaged file is as good as none.
     *
     * @param lastAccepted the manifest that was accepted last, which says as much as was known when it was
     * @param nanoTime a clock that only grows, of any origin
     */
    TimeFloor(Path path, Optional<Assignment> lastAccepted, LongSupplier nanoTime) {
        this.file = new PropertiesFile(path);
        this.nanoTime = nanoTime;
        this.storedAt = nanoTime.getAsLong();
        this.known = read();
        lastAccepted.map(this::said).filter(this::isLater).ifPresent(later -> known = Optional.of(later));
    }

    /** A time that has passed, by the word of keys that count. */
    Instant atLeast(Trust trust) {
        return known.filter(word -> counts(word, trust))
                .map(word -> word.grown(nanoTime.getAsLong()))
                .orElse(Instant.MIN);
    }

    /** Takes in when an accepted manifest was signed. */
    void raise(Assignment accepted, Trust trust) {
        Known word = said(accepted);
        if (known.filter(before -> counts(before, trust)).isEmpty() || isLater(word)) {
            known = Optional.of(word);
        }
        store();
    }

    /** To be called now and then: keeps what has passed since. */
    void tick() {
        if (nanoTime.getAsLong() - storedAt >= STORED_EVERY.toNanos()) {
            store();
        }
    }

    private static boolean counts(Known word, Trust trust) {
        return !trust.revokedKeyIds().contains(word.keyId());
    }

    private boolean isLater(Known word) {
        return known.filter(before -> !word.time().isAfter(before.grown(word.nanos())))
                .isEmpty();
    }

    private Known said(Assignment accepted) {
        Timestamp issued = accepted.manifest().getIssuedAt();
        return new Known(
                Instant.ofEpochSecond(issued.getSeconds()), accepted.signed().getKeyId(), nanoTime.getAsLong());
    }

    private Optional<Known> read() {
        try {
            return file.read()
                    .map(stored -> new Known(
                            Instant.parse(stored.getProperty("atLeast", "")),
                            stored.getProperty("keyId", ""),
                            nanoTime.getAsLong()));
        } catch (IOException | RuntimeException e) {
            LOG.warn("the time that was known can't be read, the last manifest says as much: {}", e.toString());
            return Optional.empty();
        }
    }

    /** A failure costs nothing but the time until the next attempt. */
    private void store() {
        long now = nanoTime.getAsLong();
        storedAt = now;
        known.ifPresent(word -> {
            Properties properties = new Properties();
            properties.setProperty("atLeast", word.grown(now).toString());
            properties.setProperty("keyId", word.keyId());
            try {
                file.write(properties);
            } catch (IOException e) {
                LOG.warn("the time that is known can't be stored: {}", e.toString());
            }
        });
    }
}
