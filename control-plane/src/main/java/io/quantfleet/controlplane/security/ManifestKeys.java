package io.quantfleet.controlplane.security;

import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The key that signs manifests, and the statement that tells devices of it.
 *
 * @param statement empty where keys are never rotated: devices then trust the one key that they are told of at enrolment
 */
public record ManifestKeys(SigningKey active, Optional<SignedTrustStatement> statement) {
    /**
     * @param now tells which keys have expired
     * @throws IllegalArgumentException if devices that go by the statement would refuse what the key signs
     */
    public ManifestKeys(SigningKey active, Optional<SignedTrustStatement> statement, Instant now) {
        this(active, statement);
        statement.map(Trust::adopted).ifPresent(trust -> requireTrusted(active, trust, now));
    }

    private static void requireTrusted(SigningKey active, Trust trust, Instant now) {
        Trust.Outcome outcome =
                trust.check(new ManifestSigner(active, Optional.empty()).sign(Manifest.getDefaultInstance()), now);
        if (outcome != Trust.Outcome.VALID) {
            throw new IllegalArgumentException("devices would refuse manifests signed by the signing key "
                    + active.keyId() + " (" + outcome + "): trust statement " + trust.version() + " lists "
                    + trust.signingKeyIds() + " and revokes " + trust.revokedKeyIds()
                    + "; use a listed key, or make a new statement with 'quantfleet keys rotate'");
        }
    }

    /** What a device that enrols is told of the signing keys: PEM texts. */
    List<String> trusted() {
        return active.verificationKeys().toPem();
    }

    /** What it is told of the root keys: PEM texts. */
    List<String> roots() {
        return statement.map(Trust::adopted).map(trust -> trust.roots().toPem()).orElse(List.of());
    }

    /**
     * The version of the statement that it need not be told of, 0 for none: the one in force, but the one before it while
     * that lets the active key count for a time only. Its successor is in the statement then, and becomes the active key
     * without another one, as when a rotation is finished that was interrupted.
     */
    long version() {
        return statement
                .map(Trust::adopted)
                .map(trust -> trust.endOf(active.keyId()).isPresent() ? trust.version() - 1 : trust.version())
                .orElse(0L);
    }
}
