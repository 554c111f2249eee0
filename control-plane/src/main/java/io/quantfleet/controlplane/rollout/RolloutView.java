package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A rollout as REST shows it.
 *
 * @param state PUBLISHING, ROLLING, SUCCEEDED, FAILED or SUPERSEDED
 */
record RolloutView(
        UUID id,
        String fleet,
        String model,
        int version,
        String state,
        Optional<UUID> supersededBy,
        Instant createdAt,
        Optional<Instant> finishedAt,
        List<Device> devices) {
    RolloutView {
        devices = List.copyOf(devices);
    }

    /**
     * One device's part.
     *
     * @param state PENDING, PUBLISHED, what the device reports, EXPIRED or SUPERSEDED
     * @param fetchedBytes over the network
     * @param selfTest samples, accuracy, p50Micros, p95Micros
     */
    record Device(
            UUID deploymentId,
            String deviceId,
            String deviceClass,
            boolean online,
            String state,
            Optional<String> reasonCode,
            Optional<String> reason,
            String variantSha256,
            long fetchedBytes,
            long totalBytes,
            Optional<JsonNode> selfTest,
            Instant stateAt,
            Instant expiresAt) {}
}
