package io.quantfleet.controlplane.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EnrolmentTokenTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void letsADeviceOfItsClassInWhileItIsGood() {
        assertThat(token(1).objection("gpu", false, NOW)).isEmpty();
    }

    @Test
    void objectsWhenItsTimeIsOver() {
        assertThat(token(1).objection("gpu", true, NOW.plusSeconds(60)))
                .hasValueSatisfying(why -> assertThat(why).contains("expired"));
    }

    @Test
    void objectsToAnotherClass() {
        assertThat(token(1).objection("rpi-cpu", false, NOW))
                .hasValueSatisfying(why -> assertThat(why).contains("'gpu'", "'rpi-cpu'"));
    }

    @Test
    void objectsOnceItIsRevokedEvenToThoseWhoUsedIt() {
        EnrolmentToken revoked = new EnrolmentToken(
                "hash", "lab", "gpu", 3, 1, false, NOW, NOW.plusSeconds(60), Optional.of(NOW.plusSeconds(1)));

        assertThat(revoked.objection("gpu", true, NOW.plusSeconds(2)))
                .hasValueSatisfying(why -> assertThat(why).contains("revoked"));
    }

    @Test
    void isUsedUpForAllButThoseWhoUsedIt() {
        assertThat(token(0).objection("gpu", false, NOW))
                .hasValueSatisfying(why -> assertThat(why).contains("used up"));
        assertThat(token(0).objection("gpu", true, NOW)).isEmpty();
    }

    @Test
    void makesSecretsThatDifferAndHashesThatDoNot() {
        SecureRandom random = new SecureRandom();
        Set<String> secrets = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            secrets.add(EnrolmentToken.newSecret(random));
        }

        assertThat(secrets).hasSize(100).allMatch(secret -> secret.matches("qfe_[A-Za-z0-9_-]{32}"));
        assertThat(EnrolmentToken.hash("qfe_x")).isEqualTo(EnrolmentToken.hash("qfe_x"));
    }

    private static EnrolmentToken token(int usesLeft) {
        return new EnrolmentToken("hash", "lab", "gpu", 3, usesLeft, false, NOW, NOW.plusSeconds(60), Optional.empty());
    }
}
