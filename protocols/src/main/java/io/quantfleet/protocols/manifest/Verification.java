package io.quantfleet.protocols.manifest;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.Manifest;

/** The outcome of verifying a manifest. */
public sealed interface Verification {
    /** The device may act on it. */
    record Accepted(Manifest manifest) implements Verification {}

    /**
     * The device must not act on it and should report so.
     *
     * @param deploymentId of the refused manifest where its signature was valid, else empty: what an unsigned manifest
     *     says of itself is not believed
     * @param sequence likewise, else 0
     */
    record Refused(ReasonCode code, String reason, String deploymentId, long sequence) implements Verification {
        Refused about(Manifest manifest) {
            return new Refused(code, reason, manifest.getDeploymentId(), manifest.getSequence());
        }
    }
}
