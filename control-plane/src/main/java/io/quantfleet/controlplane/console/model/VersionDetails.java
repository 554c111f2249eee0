package io.quantfleet.controlplane.console.model;

import java.time.Instant;

/**
 * One version of a model.
 *
 * @param description the model's YAML description
 * @param onnxBytes of the graph and its external data
 * @param maxLossPoints what a variant may lose, percentage points
 */
public record VersionDetails(
        String modelName,
        int version,
        String task,
        String description,
        String onnxSha256,
        long onnxBytes,
        double maxLossPoints,
        String source,
        Instant registeredAt) {}
