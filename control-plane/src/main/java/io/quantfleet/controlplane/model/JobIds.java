package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import java.util.UUID;

/** Job ids as workers send them back. */
final class JobIds {
    private JobIds() {}

    static UUID parse(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new ControlPlaneException(
                    io.quantfleet.protocols.ReasonCode.REQUEST_INVALID, "not a job id: '" + text + "'", e);
        }
    }
}
