package io.quantfleet.agent.apply;

import io.quantfleet.agent.serve.Idleness;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.protocols.v1.Manifest;
import java.time.Duration;
import java.util.Optional;

/** What serves. For the apply thread. */
public interface ActiveModel extends Idleness {
    /** The manifest of what serves; empty before the first model. */
    Optional<Manifest> manifest();

    /** Serves this model instead, without a gap, and takes it over. */
    void serve(Model model, Manifest manifest);

    /** Always, where nobody asks what serves for anything. */
    @Override
    default boolean isIdleFor(Duration quiet) {
        return true;
    }
}
