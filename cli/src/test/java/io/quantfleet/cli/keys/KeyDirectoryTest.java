package io.quantfleet.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.trust.TrustUpdate;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyDirectoryTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    Path directory;

    private KeyDirectory keys;
    private Trust device;

    @BeforeEach
    void initialise() throws IOException {
        keys = new KeyDirectory(directory, () -> NOW);
        keys.initialise();
        device = keys.trust();
    }

    @Test
    void initialisingAgainChangesNothing() throws IOException {
        byte[] before = Files.readAllBytes(keys.trustStatement());
        String active = keys.activeKeyId();

        keys.initialise();

        assertThat(Files.readAllBytes(keys.trustStatement())).isEqualTo(before);
        assertThat(keys.activeKeyId()).isEqualTo(active);
    }

    @Test
    void saysWhichKeyIsNotThereAndWhereItCouldBe() throws IOException {
        Files.move(keys.rootKey(), directory.resolve("elsewhere"));

        assertThatThrownBy(() -> keys.rotate(keys.rootKey(), Duration.ofDays(7)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("root-key.pem is not there")
                .hasMessageContaining("--root-key");
    }

    @Test
    void aDeviceFollowsARotationAndStillTakesWhatTheKeyBeforeSigned() throws IOException {
        SignedManifest earlier = signed();

        String next = keys.rotate(keys.rootKey(), Duration.ofDays(7));
        follow();

        assertThat(keys.activeKeyId()).isEqualTo(next);
        assertThat(device.check(signed(), NOW)).isEqualTo(Trust.Outcome.VALID);
        assertThat(device.check(earlier, NOW.plus(Duration.ofDays(6)))).isEqualTo(Trust.Outcome.VALID);
        assertThat(device.check(earlier, NOW.plus(Duration.ofDays(7)))).isEqualTo(Trust.Outcome.KEY_EXPIRED);
    }

    @Test
    void aSecondRotationEndsTheFirstKey() throws IOException {
        SignedManifest first = signed();
        keys.rotate(keys.rootKey(), Duration.ofDays(7));
        SignedManifest second = signed();

        keys.rotate(keys.rootKey(), Duration.ofDays(7));
        follow();

        assertThat(device.check(first, NOW)).isEqualTo(Trust.Outcome.KEY_UNKNOWN);
        assertThat(device.check(second, NOW)).isEqualTo(Trust.Outcome.VALID);
    }

    @Test
    void aRevokedKeyStaysRevoked() throws IOException {
        SignedManifest stolen = signed();
        String old = keys.activeKeyId();
        keys.rotate(keys.rootKey(), Duration.ofDays(7));

        keys.revoke(keys.rootKey(), old);
        keys.rotate(keys.rootKey(), Duration.ofDays(7));
        follow();

        assertThat(device.check(stolen, NOW)).isEqualTo(Trust.Outcome.KEY_REVOKED);
        assertThat(keys.trust().version()).isEqualTo(4);
    }

    @Test
    void theActiveKeyIsNotRevoked() {
        assertThatThrownBy(() -> keys.revoke(keys.rootKey(), keys.activeKeyId()))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("rotate");
    }

    @Test
    void aKeyThatNobodyKnowsIsNotRevoked() {
        assertThatThrownBy(() -> keys.revoke(keys.rootKey(), "0123456789abcdef"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("0123456789abcdef");
    }

    @Test
    void aRotationThatWasInterruptedIsFinishedByDoingItAgain() throws IOException {
        Path copy = Files.createDirectories(directory.resolve("copy"));
        String old = keys.activeKeyId();
        Files.copy(keys.signingKey(), copy.resolve("old.pem"));
        String next = keys.rotate(keys.rootKey(), Duration.ofDays(7));
        // As if it had been killed before its last step: the statement is there, the new key is not in its place.
        Files.move(keys.signingKey(), directory.resolve("signing-key.next.pem"));
        Files.copy(copy.resolve("old.pem"), keys.signingKey());
        assertThat(keys.activeKeyId()).isEqualTo(old);

        assertThat(keys.rotate(keys.rootKey(), Duration.ofDays(7))).isEqualTo(next);

        assertThat(keys.activeKeyId()).isEqualTo(next);
        assertThat(keys.trust().version()).isEqualTo(2);
    }

    @Test
    void aForeignRootKeyIsOfNoUse() throws IOException {
        Path foreign = directory.resolve("foreign.pem");
        SigningKey.generate().write(foreign);

        assertThatThrownBy(() -> keys.rotate(foreign, Duration.ofDays(7)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("would not believe root key");
        assertThat(keys.trust().version()).isEqualTo(1);
    }

    private void follow() throws IOException {
        TrustUpdate update = device.consider(keys.trust().statement().orElseThrow());
        device = ((TrustUpdate.Newer) update).trust();
    }

    private SignedManifest signed() throws IOException {
        return new ManifestSigner(SigningKey.read(keys.signingKey()), Optional.empty())
                .sign(Manifest.newBuilder().setDeploymentId("d1").build());
    }
}
