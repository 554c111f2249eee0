package io.quantfleet.controlplane.console.model;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A quantization job that is not over, or failed.
 *
 * @param progress of the whole job, 0 to 1
 * @param trains whether only workers that can train take it
 */
public record JobRow(
        UUID id,
        String modelName,
        int modelVersion,
        String deviceClass,
        String state,
        Optional<String> step,
        double progress,
        boolean trains,
        Optional<String> worker,
        Instant queuedAt,
        Optional<Instant> startedAt) {}
