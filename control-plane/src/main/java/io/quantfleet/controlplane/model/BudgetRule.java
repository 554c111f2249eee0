package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.v1.QuantizationOptions;
import java.util.Optional;

/**
 * Which budget goes with a task. Points of accuracy say little of a language model: what it may lose is a rise of perplexity,
 * which is among the options of its jobs, and a worker's default otherwise. Any other model may lose points.
 */
final class BudgetRule {
    private BudgetRule() {}

    /**
     * The points that variants may lose.
     *
     * @param task as descriptions spell it
     * @param given by the user, percentage points
     * @param usual where none are given
     * @return empty for a language model
     * @throws ControlPlaneException {@code REQUEST_INVALID} if the user gave a budget of the other kind
     */
    static Optional<Double> points(String task, Optional<Double> given, QuantizationOptions options, double usual) {
        if (ModelDescription.isLanguageModel(task)) {
            if (given.isPresent()) {
                throw ControlPlaneException.invalid("maxLossPoints: the budget of a language model is a rise of"
                        + " perplexity; give maxPerplexityIncrease in the options instead, in per cent");
            }
            return Optional.empty();
        }
        if (options.hasMaxPerplexityIncrease() || options.hasMaxDivergence()) {
            throw ControlPlaneException.invalid("options: maxPerplexityIncrease and maxDivergence are the budget of a"
                    + " language model, and this is none; give maxLossPoints instead");
        }
        return Optional.of(given.orElse(usual));
    }
}
