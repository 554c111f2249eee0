package io.quantfleet.controlplane.model;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A quantization job in a list.
 *
 * @param state that of its variant, once there is one
 * @param progress 0 to 1
 * @param step what the worker is at
 * @param trains whether only workers that can train take it
 */
@Schema(name = "Job")
record JobSummary(
        UUID jobId,
        String model,
        int version,
        String deviceClass,
        int attempt,
        String state,
        double progress,
        boolean trains,
        Optional<String> step,
        Optional<String> worker,
        Optional<String> reasonCode,
        Instant queuedAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {}
