package io.quantfleet.protocols.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.Credential;
import io.quantfleet.protocols.v1.Role;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    private final SigningKey key = SigningKey.generate();
    private final String password = Credentials.issue(key, "cam-1", Role.ROLE_DEVICE, Instant.ofEpochSecond(5));

    @Test
    void holdsForItsUserName() {
        assertThat(Credentials.verify(key.verificationKeys(), "cam-1", password))
                .map(Credential::getRole)
                .contains(Role.ROLE_DEVICE);
    }

    @Test
    void holdsForNobodyElse() {
        assertThat(Credentials.verify(key.verificationKeys(), "cam-2", password))
                .isEmpty();
    }

    @Test
    void anotherKeysOrAnInventedPasswordIsNone() {
        assertThat(Credentials.verify(SigningKey.generate().verificationKeys(), "cam-1", password))
                .isEmpty();
        assertThat(Credentials.verify(key.verificationKeys(), "cam-1", "secret"))
                .isEmpty();
        assertThat(Credentials.verify(key.verificationKeys(), "cam-1", "")).isEmpty();
        assertThat(Credentials.verify(key.verificationKeys(), "cam-1", "%%%")).isEmpty();
    }

    @Test
    void isRevokedIfItWasIssuedUntilThen() {
        Credential credential =
                Credentials.verify(key.verificationKeys(), "cam-1", password).orElseThrow();

        assertThat(Credentials.isRevoked(credential, Credentials.revocation(Instant.ofEpochSecond(4))))
                .isFalse();
        assertThat(Credentials.isRevoked(credential, Credentials.revocation(Instant.ofEpochSecond(4, 999_999_999))))
                .isFalse();
        assertThat(Credentials.isRevoked(credential, Credentials.revocation(Instant.ofEpochSecond(5))))
                .isTrue();
        assertThat(Credentials.isRevoked(credential, new byte[] {1})).isTrue();
    }
}
