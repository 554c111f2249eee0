package io.quantfleet.controlplane.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Where an alert stands.
 *
 * <pre>
 *  (none) -- met --> PENDING -- met for holdFor --> FIRING -- over for clearFor --> RESOLVED
 *             |         |                             ^  |
 *             |         +-- not met --> (none)        +--+ met again, or between the thresholds
 *             +-- holdFor is zero --------------------^
 * </pre>
 *
 * @param since when the condition was met first
 * @param clearSince since when it has been over, of one that fires
 */
record AlertState(Code code, Instant since, Optional<Instant> clearSince) {
    @Schema(name = "AlertStateCode")
    enum Code {
        PENDING,
        FIRING,
        RESOLVED
    }

    /** What follows from a look at a rule without an open alert. */
    static Optional<AlertState> opened(AlertRule.Finding finding, Duration holdFor, Instant now) {
        if (!finding.met()) {
            return Optional.empty();
        }
        return Optional.of(new AlertState(holdFor.isZero() ? Code.FIRING : Code.PENDING, now, Optional.empty()));
    }

    /** What follows from a look at a rule whose alert is open; empty if the alert never fired and is gone. */
    Optional<AlertState> after(AlertRule.Finding finding, Duration holdFor, Duration clearFor, Instant now) {
        return switch (code) {
            case PENDING -> afterPending(finding, holdFor, now);
            case FIRING -> Optional.of(afterFiring(finding, clearFor, now));
            case RESOLVED -> throw new IllegalStateException("a resolved alert stays so");
        };
    }

    private Optional<AlertState> afterPending(AlertRule.Finding finding, Duration holdFor, Instant now) {
        if (!finding.met()) {
            return Optional.empty();
        }
        boolean heldOut = !since.plus(holdFor).isAfter(now);
        return Optional.of(new AlertState(heldOut ? Code.FIRING : Code.PENDING, since, Optional.empty()));
    }

    private AlertState afterFiring(AlertRule.Finding finding, Duration clearFor, Instant now) {
        if (!finding.over()) {
            return new AlertState(Code.FIRING, since, Optional.empty());
        }
        Instant over = clearSince.orElse(now);
        boolean clear = !over.plus(clearFor).isAfter(now);
        return new AlertState(clear ? Code.RESOLVED : Code.FIRING, since, Optional.of(over));
    }
}
