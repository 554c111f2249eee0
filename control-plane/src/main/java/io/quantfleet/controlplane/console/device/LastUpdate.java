package io.quantfleet.controlplane.console.device;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The newest thing that a device was asked to install.
 *
 * @param askedAt when its manifest was made
 * @param back whether it was to go back
 */
public record LastUpdate(
        UUID id,
        UUID rolloutId,
        String modelName,
        int modelVersion,
        String state,
        Instant askedAt,
        Optional<Instant> publishedAt,
        Optional<Instant> finishedAt,
        long fetchedBytes,
        long totalBytes,
        boolean back) {}
