package io.quantfleet.agent.serve;

import java.nio.file.Path;

/** Loads models. */
@FunctionalInterface
public interface ModelLoader {
    /**
     * Loads a model and its probe set.
     *
     * @throws ModelException if either can't be read, or they don't fit each other
     */
    Model load(Path model, Path probeSet);
}
