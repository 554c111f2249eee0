package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A rollout as REST shows it.
 *
 * @param state DRAFT, SCHEDULED, RUNNING, PAUSED, ROLLING_BACK, FINISHED, ROLLED_BACK, ABORTED or SUPERSEDED
 * @param stage the number of the stage that runs, from 0
 * @param phase of that stage: AWAITING_APPROVAL, OPENING, SOAKING or JUDGING
 * @param reason why it is in this state
 * @param nextWindow when devices may be asked next, if it waits for a maintenance window of the fleet
 * @param stages those that have opened, with what their gates said last
 * @param devices the first thousand that were asked, by their ids; all of them page by page under {@code devices}
 */
@Schema(name = "Rollout")
record RolloutView(
        UUID id,
        String fleet,
        String model,
        int version,
        Strategy strategy,
        String state,
        Optional<Integer> stage,
        Optional<RolloutState.Phase> phase,
        Optional<String> reason,
        Optional<UUID> supersededBy,
        Instant createdAt,
        Optional<Instant> finishedAt,
        Optional<Instant> nextWindow,
        Bytes bytes,
        List<JdbiStages.Opened> stages,
        List<Device> devices) {
    RolloutView {
        stages = List.copyOf(stages);
        devices = List.copyOf(devices);
    }

    /**
     * What delivery cost and saved, summed over the devices' reports; on their way it grows.
     *
     * @param delivered over the network
     * @param saved of the artifacts' sizes: by chunks at hand, compression and deltas
     */
    @Schema(name = "RolloutBytes")
    record Bytes(long delivered, long saved) {
        static final Bytes NONE = new Bytes(0, 0);
    }

    /**
     * One device's part.
     *
     * @param goesBack whether this is the way back to what it served before
     * @param state PENDING, PUBLISHED, what the device reports, LOST after it was ACTIVE, EXPIRED or SUPERSEDED
     * @param fetchedBytes over the network; what chunks at hand, compression and deltas saved is the rest of totalBytes
     * @param delta CHOSEN, APPLYING, APPLIED or FAILED; empty where whole chunks do
     * @param deltaReason for FAILED
     * @param selfTest samples, accuracy, p50Micros, p95Micros
     */
    @Schema(name = "RolloutDevice")
    record Device(
            UUID deploymentId,
            String deviceId,
            String deviceClass,
            int stage,
            boolean goesBack,
            boolean online,
            String state,
            Optional<String> reasonCode,
            Optional<String> reason,
            String variantSha256,
            long fetchedBytes,
            long totalBytes,
            Optional<String> delta,
            Optional<String> deltaReason,
            Optional<JsonNode> selfTest,
            Instant stateAt,
            Instant expiresAt) {}
}
