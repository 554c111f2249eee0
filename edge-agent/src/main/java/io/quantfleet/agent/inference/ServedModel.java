package io.quantfleet.agent.inference;

import io.quantfleet.agent.serve.Predictor;
import java.util.Optional;
import java.util.function.Function;

/** The model that serves at the moment. Safe for use by several threads. */
@FunctionalInterface
public interface ServedModel {
    /**
     * A model as requests see it.
     *
     * @param predictor empty if its inputs or outputs are of a kind that requests can't carry
     */
    record Serving(String name, String version, String deploymentId, Optional<Predictor> predictor) {}

    /** Uses the model; it stays the one that serves until {@code user} returns. Empty if none serves. */
    <T> Optional<T> use(Function<Serving, T> user);
}
