package io.quantfleet.protocols.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.signing.Domain;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TrustStatement;
import io.quantfleet.protocols.v1.TrustedKey;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrustTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private final SigningKey root = SigningKey.generate();
    private final SigningKey nextRoot = SigningKey.generate();
    private final SigningKey first = SigningKey.generate();
    private final SigningKey second = SigningKey.generate();
    private final Trust pinned = Trust.pinned(3, first.verificationKeys(), root.verificationKeys());

    @Test
    void aRootKeysStatementReplacesTheKeys() {
        Trust after = newer(pinned, statement(4, second));

        assertThat(after.version()).isEqualTo(4);
        assertThat(after.check(signed(second), NOW)).isEqualTo(Trust.Outcome.VALID);
        assertThat(after.check(signed(first), NOW)).isEqualTo(Trust.Outcome.KEY_UNKNOWN);
    }

    @Test
    void twoKeysCountSideBySideWhileOneGivesWayToTheOther() {
        Trust after = newer(pinned, statement(4, first, second));

        assertThat(after.check(signed(first), NOW)).isEqualTo(Trust.Outcome.VALID);
        assertThat(after.check(signed(second), NOW)).isEqualTo(Trust.Outcome.VALID);
    }

    @Test
    void aRevokedKeyDoesNotCountEvenWhereItIsListed() {
        Trust after = newer(
                pinned,
                statement(4, first, second).toBuilder()
                        .addRevokedKeyIds(first.keyId())
                        .build());

        assertThat(after.check(signed(first), NOW)).isEqualTo(Trust.Outcome.KEY_REVOKED);
        assertThat(after.check(signed(second), NOW)).isEqualTo(Trust.Outcome.VALID);
    }

    @Test
    void aKeyCountsUntilTheInstantItExpires() {
        TrustStatement.Builder statement = statement(4, first).toBuilder();
        statement.getKeysBuilder(0).setNotAfter(Timestamp.newBuilder().setSeconds(NOW.getEpochSecond()));
        Trust after = newer(pinned, statement.build());

        assertThat(after.check(signed(first), NOW.minusNanos(1))).isEqualTo(Trust.Outcome.VALID);
        assertThat(after.check(signed(first), NOW)).isEqualTo(Trust.Outcome.KEY_EXPIRED);
    }

    @Test
    void anOlderStatementAndTheSameOneAreNoNewsWhoeverSignedThem() {
        assertThat(pinned.consider(sign(first, statement(3, second)))).isEqualTo(new TrustUpdate.Known());
        assertThat(pinned.consider(sign(root, statement(3, second)))).isEqualTo(new TrustUpdate.Known());
        assertThat(pinned.consider(sign(root, statement(2, second)))).isEqualTo(new TrustUpdate.Known());
    }

    @Test
    void aSigningKeyIsNoRootKey() {
        assertRefused(pinned.consider(sign(first, statement(4, second))), "no root key");
    }

    @Test
    void aChangedStatementIsRefused() {
        SignedTrustStatement changed = sign(root, statement(4, first)).toBuilder()
                .setStatement(statement(4, second).toByteString())
                .build();

        assertRefused(pinned.consider(changed), "does not match");
    }

    @Test
    void aStatementThatIsNoneIsRefusedThoughARootKeySignedIt() {
        TrustStatement noKey = TrustStatement.newBuilder()
                .setVersion(4)
                .addKeys(TrustedKey.newBuilder().setPublicKey(ByteString.copyFromUtf8("x")))
                .build();

        assertRefused(pinned.consider(sign(root, noKey)), "can't be read");
    }

    @Test
    void aManifestsSignatureIsNoStatements() {
        SignedTrustStatement statement = sign(root, statement(4, second));
        SignedTrustStatement disguised = statement.toBuilder()
                .setSignature(ByteString.copyFrom(
                        root.sign(Domain.MANIFEST, statement.getStatement().toByteArray())))
                .build();

        assertRefused(pinned.consider(disguised), "does not match");
    }

    @Test
    void rootKeysCanBeReplacedToo() {
        Trust between = newer(
                pinned,
                statement(4, first).toBuilder()
                        .clearRootKeys()
                        .addRootKeys(encoded(nextRoot))
                        .build());

        assertRefused(between.consider(sign(root, statement(5, second))), "no root key");
        assertThat(between.consider(sign(nextRoot, statement(5, second)))).isInstanceOf(TrustUpdate.Newer.class);
    }

    @Test
    void withoutRootKeysStatementsSayNothing() {
        Trust forEver = Trust.pinned(0, first.verificationKeys(), VerificationKeys.of());

        assertThat(forEver.consider(sign(root, statement(4, second)))).isEqualTo(new TrustUpdate.Known());
    }

    @Test
    void whatWasAdoptedComesBack() throws Exception {
        Trust adopted = newer(pinned, statement(4, second));

        Trust restored = Trust.adopted(
                SignedTrustStatement.parseFrom(adopted.statement().orElseThrow().toByteArray()));

        assertThat(restored.version()).isEqualTo(4);
        assertThat(restored.signingKeyIds()).containsExactly(second.keyId());
        assertThat(restored.roots().keyIds()).containsExactly(root.keyId());
    }

    @Test
    void damagedRemainsOfAStatementAreAnError() {
        SignedTrustStatement damaged = SignedTrustStatement.newBuilder()
                .setStatement(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                .build();

        assertThatThrownBy(() -> Trust.adopted(damaged)).hasMessageContaining("not a trust statement");
    }

    @Test
    void renewingAManifestChangesOnlyWhatIsOutOfDate() {
        SignedManifest earlier = signed(first);
        SignedTrustStatement statement = sign(root, statement(4, second));
        ManifestSigner signer = new ManifestSigner(second, Optional.of(statement));

        SignedManifest renewed = signer.renew(earlier);

        assertThat(renewed.getManifest()).isEqualTo(earlier.getManifest());
        assertThat(renewed.getKeyId()).isEqualTo(second.keyId());
        assertThat(renewed.getTrust()).isEqualTo(statement);
        assertThat(signer.renew(renewed)).isSameAs(renewed);
    }

    private static Trust newer(Trust before, SignedTrustStatement statement) {
        assertThat(before.consider(statement)).isInstanceOf(TrustUpdate.Newer.class);
        return ((TrustUpdate.Newer) before.consider(statement)).trust();
    }

    private Trust newer(Trust before, TrustStatement statement) {
        return newer(before, sign(root, statement));
    }

    private static void assertRefused(TrustUpdate update, String reason) {
        assertThat(update).isInstanceOfSatisfying(TrustUpdate.Refused.class, refused -> assertThat(refused.reason())
                .contains(reason));
    }

    private TrustStatement statement(long version, SigningKey... keys) {
        TrustStatement.Builder statement =
                TrustStatement.newBuilder().setVersion(version).addRootKeys(encoded(root));
        for (SigningKey key : keys) {
            statement.addKeys(TrustedKey.newBuilder().setPublicKey(encoded(key)));
        }
        return statement.build();
    }

    private static SignedTrustStatement sign(SigningKey key, TrustStatement statement) {
        return new TrustStatementSigner(key).sign(statement);
    }

    private static SignedManifest signed(SigningKey key) {
        return new ManifestSigner(key, Optional.empty())
                .sign(Manifest.newBuilder().setDeploymentId("d1").build());
    }

    private static ByteString encoded(SigningKey key) {
        return ByteString.copyFrom(key.verificationKeys().toX509().get(0));
    }
}
