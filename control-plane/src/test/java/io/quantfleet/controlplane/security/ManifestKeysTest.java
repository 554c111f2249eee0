package io.quantfleet.controlplane.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.trust.TrustStatementSigner;
import io.quantfleet.protocols.trust.TrustUpdate;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TrustStatement;
import io.quantfleet.protocols.v1.TrustedKey;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManifestKeysTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private final SigningKey root = SigningKey.generate();
    private final SigningKey before = SigningKey.generate();
    private final SigningKey next = SigningKey.generate();
    private final SignedTrustStatement rotated = new TrustStatementSigner(root)
            .sign(TrustStatement.newBuilder()
                    .setVersion(2)
                    .addKeys(trusted(next))
                    .addKeys(trusted(before)
                            .setNotAfter(Timestamp.newBuilder()
                                    .setSeconds(NOW.plusSeconds(3600).getEpochSecond())))
                    .addRootKeys(encoded(root))
                    .build());

    @Test
    void whoEnrolsAfterARotationObeysTheNewKeyAndNeedsNoStatement() {
        Trust device = enrolled(new ManifestKeys(next, Optional.of(rotated), NOW));

        assertThat(device.check(signed(next), NOW)).isEqualTo(Trust.Outcome.VALID);
        assertThat(device.check(signed(before), NOW)).isEqualTo(Trust.Outcome.KEY_UNKNOWN);
        assertThat(device.consider(rotated)).isEqualTo(new TrustUpdate.Known());
    }

    /** The statement was written, the key not yet exchanged: the control plane signs with the one before. */
    @Test
    void whoEnrolsInTheMiddleOfARotationLearnsOfTheNewKeyAndOfTheOldOnesEnd() {
        Trust device = enrolled(new ManifestKeys(before, Optional.of(rotated), NOW));

        assertThat(device.check(signed(before), NOW)).isEqualTo(Trust.Outcome.VALID);
        Trust told = ((TrustUpdate.Newer) device.consider(rotated)).trust();
        assertThat(told.check(signed(next), NOW)).isEqualTo(Trust.Outcome.VALID);
        assertThat(told.check(signed(before), NOW.plusSeconds(3600))).isEqualTo(Trust.Outcome.KEY_EXPIRED);
    }

    private static Trust enrolled(ManifestKeys keys) {
        return Trust.pinned(
                keys.version(), VerificationKeys.ofPem(keys.trusted()), VerificationKeys.ofPem(keys.roots()));
    }

    private static SignedManifest signed(SigningKey key) {
        return new ManifestSigner(key, Optional.empty()).sign(Manifest.getDefaultInstance());
    }

    private static TrustedKey.Builder trusted(SigningKey key) {
        return TrustedKey.newBuilder().setPublicKey(encoded(key));
    }

    private static ByteString encoded(SigningKey key) {
        return ByteString.copyFrom(key.verificationKeys().toX509().get(0));
    }
}
