package io.quantfleet.protocols.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.manifest.ManifestVerifier.Verifying;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.trust.TrustStore;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManifestVerifierTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private final SigningKey key = SigningKey.generate();
    private final ManifestVerifier verifier = new ManifestVerifier(
            TrustStore.inMemory(Trust.pinned(0, key.verificationKeys(), VerificationKeys.ofPem(List.of()))),
            new Verifying(new DeviceId("cam-1"), "rpi-cpu", "1.4.0"),
            Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void acceptsAManifestMadeForThisDevice() {
        Manifest manifest = manifest().build();

        assertThat(verify(manifest)).isEqualTo(new Verification.Accepted(manifest));
    }

    @Test
    void refusesBytesThatAreNoManifest() {
        assertThat(verifier.verify(new byte[] {(byte) 0xff, 1}, trust -> 0))
                .isInstanceOfSatisfying(
                        Verification.Refused.class, r -> assertThat(r.code()).isEqualTo(ReasonCode.MANIFEST_MALFORMED));
    }

    @Test
    void refusesAChangedManifestWithoutBelievingWhatItSaysOfItself() {
        SignedManifest signed =
                new ManifestSigner(key, Optional.empty()).sign(manifest().build());
        ByteString changed = manifest().setModelVersion(9).build().toByteString();

        Verification outcome =
                verifier.verify(signed.toBuilder().setManifest(changed).build().toByteArray(), trust -> 0);

        assertRefused(outcome, ReasonCode.SIGNATURE_INVALID, "does not match");
        assertThat(((Verification.Refused) outcome).deploymentId()).isEmpty();
    }

    @Test
    void refusesAnUnknownKey() {
        byte[] signed = new ManifestSigner(SigningKey.generate(), Optional.empty())
                .sign(manifest().build())
                .toByteArray();

        assertRefused(verifier.verify(signed, trust -> 0), ReasonCode.KEY_UNKNOWN, "does not trust");
    }

    @Test
    void refusesAnotherDevicesManifest() {
        assertRefused(
                verify(manifest().setDeviceId("cam-2").build()), ReasonCode.MANIFEST_NOT_FOR_THIS_DEVICE, "'cam-2'");
    }

    @Test
    void refusesAnotherClasssVariant() {
        assertRefused(verify(manifest().setDeviceClass("gpu").build()), ReasonCode.DEVICE_CLASS_MISMATCH, "'gpu'");
    }

    @Test
    void refusesAnExpiredManifestAtTheVeryInstant() {
        assertRefused(
                verify(manifest().setExpiresAt(timestamp(NOW)).build()),
                ReasonCode.MANIFEST_EXPIRED,
                "expired at 2026-11-23T12:00:00Z");
    }

    @Test
    void refusesAReplay() {
        byte[] signed = new ManifestSigner(key, Optional.empty())
                .sign(manifest().build())
                .toByteArray();

        assertRefused(verifier.verify(signed, trust -> 7), ReasonCode.MANIFEST_REPLAYED, "not above 7");
        assertThat(verifier.verify(signed, trust -> 6)).isInstanceOf(Verification.Accepted.class);
    }

    @Test
    void refusesWhenTheAgentIsTooOld() {
        assertRefused(verify(manifest().setMinAgentVersion("1.10").build()), ReasonCode.AGENT_TOO_OLD, "1.10 or newer");
    }

    @Test
    void refusesChunksThatDoNotAddUp() {
        Manifest.Builder manifest = manifest();
        manifest.getVariantBuilder().getChunksBuilder(0).setSize(2);

        assertRefused(verify(manifest.build()), ReasonCode.MANIFEST_MALFORMED, "are 2 bytes, it is 3");
    }

    @Test
    void refusesAHashThatIsNone() {
        Manifest.Builder manifest = manifest();
        manifest.getProbeSetBuilder().getChunksBuilder(0).setSha256("../x");

        assertRefused(verify(manifest.build()), ReasonCode.MANIFEST_MALFORMED, "not a SHA-256 digest");
    }

    @Test
    void refusesAMinimumVersionThatIsNone() {
        assertRefused(
                verify(manifest().setMinAgentVersion("soon").build()), ReasonCode.MANIFEST_MALFORMED, "not a version");
    }

    private Verification verify(Manifest manifest) {
        return verifier.verify(
                new ManifestSigner(key, Optional.empty()).sign(manifest).toByteArray(), trust -> 0);
    }

    private static void assertRefused(Verification outcome, ReasonCode code, String reason) {
        assertThat(outcome).isInstanceOfSatisfying(Verification.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.reason()).contains(reason);
        });
    }

    private static Manifest.Builder manifest() {
        Manifest.Builder manifest = Manifest.newBuilder()
                .setDeviceId("cam-1")
                .setDeploymentId("d-1")
                .setSequence(7)
                .setDeviceClass("rpi-cpu")
                .setExpiresAt(timestamp(NOW.plusSeconds(60)));
        manifest.getVariantBuilder()
                .getArtifactBuilder()
                .setSha256("a".repeat(64))
                .setSize(3);
        manifest.getVariantBuilder()
                .addChunksBuilder()
                .setSha256("a".repeat(64))
                .setSize(3);
        manifest.getProbeSetBuilder()
                .getArtifactBuilder()
                .setSha256("b".repeat(64))
                .setSize(1);
        manifest.getProbeSetBuilder()
                .addChunksBuilder()
                .setSha256("b".repeat(64))
                .setSize(1);
        return manifest;
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }
}
