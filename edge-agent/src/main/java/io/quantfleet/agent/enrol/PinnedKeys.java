package io.quantfleet.agent.enrol;

import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.trust.Trust;
import java.util.List;

/**
 * Whom a device trusts from its enrolment on.
 *
 * @param version of the trust statement in force then, 0 for none
 * @param signing PEM texts of the public keys whose manifests the device obeys
 * @param roots PEM texts of the public keys whose statements may replace them; none where keys are never rotated
 */
public record PinnedKeys(long version, List<String> signing, List<String> roots) {
    public PinnedKeys {
        signing = List.copyOf(signing);
        roots = List.copyOf(roots);
        if (signing.isEmpty()) {
            throw new IllegalArgumentException("no trusted keys");
        }
    }

    /** @throws IllegalArgumentException if one of them is no Ed25519 public key */
    public Trust trust() {
        return Trust.pinned(version, VerificationKeys.ofPem(signing), VerificationKeys.ofPem(roots));
    }
}
