package io.quantfleet.controlplane.alert;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One time that a rule was met for a fleet.
 *
 * @param value at the last look; absent where nothing was measured
 * @param since when the condition was met first
 * @param seenAt the last look
 */
record Alert(
        UUID id,
        String rule,
        String fleet,
        String severity,
        AlertState.Code state,
        Optional<Double> value,
        String summary,
        Instant since,
        Optional<Instant> clearSince,
        Optional<Instant> firedAt,
        Optional<Instant> resolvedAt,
        Instant seenAt) {

    AlertState standing() {
        return new AlertState(state, since, clearSince);
    }

    /** The same alert after a look. */
    Alert after(AlertState next, AlertRule.Finding finding, Instant now) {
        boolean fires = next.code() == AlertState.Code.FIRING && firedAt.isEmpty();
        return new Alert(
                id,
                rule,
                fleet,
                severity,
                next.code(),
                finding.value().isPresent() ? Optional.of(finding.value().getAsDouble()) : Optional.empty(),
                finding.text(),
                since,
                next.clearSince(),
                fires ? Optional.of(now) : firedAt,
                next.code() == AlertState.Code.RESOLVED ? Optional.of(now) : Optional.empty(),
                now);
    }

    static Alert opened(
            UUID id, AlertRule rule, String fleet, AlertState state, AlertRule.Finding finding, Instant now) {
        return new Alert(
                        id,
                        rule.name(),
                        fleet,
                        rule.severity(),
                        AlertState.Code.PENDING,
                        Optional.empty(),
                        "",
                        state.since(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        now)
                .after(state, finding, now);
    }
}
