package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;

/** A model version's name, as {@code resnet20:3} in messages. */
public record ModelVersionId(String model, int version) {
    public ModelVersionId {
        if (version < 1) {
            throw ControlPlaneException.invalid("versions count from 1, not " + version);
        }
    }

    @Override
    public String toString() {
        return model + ":" + version;
    }
}
