package io.quantfleet.controlplane.console.model;

import io.quantfleet.controlplane.model.ModelDescription;
import java.time.Instant;
import java.util.Optional;

/**
 * One version of a model.
 *
 * @param description the model's YAML description
 * @param onnxBytes of the graph and its external data
 * @param maxLossPoints what a variant may lose, percentage points; empty for a language model
 */
public record VersionDetails(
        String modelName,
        int version,
        String task,
        String description,
        String onnxSha256,
        long onnxBytes,
        Optional<Double> maxLossPoints,
        String source,
        Instant registeredAt) {
    /** Of a model that is no language model: what a variant may lose, percentage points. */
    public double points() {
        return maxLossPoints.orElse(0.0);
    }

    /** Whether its samples are tokens and it is judged by perplexity. */
    public boolean languageModel() {
        return ModelDescription.isLanguageModel(task);
    }
}
