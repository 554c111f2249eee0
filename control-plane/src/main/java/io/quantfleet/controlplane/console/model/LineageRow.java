package io.quantfleet.controlplane.console.model;

import java.time.Instant;
import java.util.UUID;

/**
 * A rollout that took a variant to devices.
 *
 * @param devices of the variant's class that the rollout took in
 * @param serving how many of them serve the variant now
 */
public record LineageRow(
        String deviceClass,
        String sha256,
        UUID rolloutId,
        String fleet,
        String state,
        Instant createdAt,
        long devices,
        long serving) {}
