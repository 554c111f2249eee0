package io.quantfleet.controlplane.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.signing.Domain;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.signing.VerificationKeys;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BouncyCastleEd25519Test {
    @Test
    void signsAsTheJdkDoes() {
        SigningKey key = SigningKey.generate();
        SigningKey fast = key.signingBy(BouncyCastleEd25519::new);
        byte[] content = new byte[5000];
        new Random(1).nextBytes(content);

        byte[] signature = fast.sign(Domain.MANIFEST, content);

        // Ed25519 is deterministic (RFC 8032, section 5.1.6).
        assertThat(signature).isEqualTo(key.sign(Domain.MANIFEST, content));
        assertThat(fast.keyId()).isEqualTo(key.keyId());
        assertThat(key.verificationKeys().verify(Domain.MANIFEST, content, key.keyId(), signature))
                .isEqualTo(VerificationKeys.Outcome.VALID);
    }
}
