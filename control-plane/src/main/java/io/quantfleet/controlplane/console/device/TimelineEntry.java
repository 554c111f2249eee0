package io.quantfleet.controlplane.console.device;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that happened to a device.
 *
 * @param what the state for a change of state, otherwise the kind of event
 * @param rolloutId of the rollout that it happened in
 */
public record TimelineEntry(
        Instant at,
        String what,
        Optional<String> reasonCode,
        Optional<String> reason,
        Optional<UUID> rolloutId,
        Optional<String> modelName,
        Optional<Integer> modelVersion) {}
