package io.quantfleet.agent.apply;

import io.quantfleet.agent.serve.Model;
import io.quantfleet.protocols.v1.Manifest;
import java.util.Optional;

/** What serves. For the apply thread. */
public interface ActiveModel {
    /** The manifest of what serves; empty before the first model. */
    Optional<Manifest> manifest();

    /** Serves this model instead, without a gap, and takes it over. */
    void serve(Model model, Manifest manifest);
}
