package io.quantfleet.controlplane.console.alert;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One time that a rule was met for a fleet.
 *
 * @param summary what was looked at, and what it was
 * @param since when the condition was met first
 */
public record AlertRow(
        UUID id,
        String rule,
        String fleet,
        String severity,
        String state,
        String summary,
        Instant since,
        Optional<Instant> firedAt,
        Optional<Instant> resolvedAt) {}
