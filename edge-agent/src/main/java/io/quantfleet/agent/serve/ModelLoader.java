package io.quantfleet.agent.serve;

import java.nio.file.Path;
import java.util.List;

/** Loads models. */
@FunctionalInterface
public interface ModelLoader {
    /**
     * Loads a model and its probe set.
     *
     * @throws ModelException if either can't be read, or they don't fit each other
     */
    Model load(Path model, Path probeSet);

    /**
     * The same, on one of these execution providers if it can be.
     *
     * @param providers names, the best first; what the device's class asks for
     */
    default Model load(Path model, Path probeSet, List<String> providers) {
        return load(model, probeSet);
    }
}
