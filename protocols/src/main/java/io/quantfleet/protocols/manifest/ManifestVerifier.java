package io.quantfleet.protocols.manifest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.trust.TrustStore;
import io.quantfleet.protocols.trust.TrustUpdate;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Decides whether a device may act on a manifest: who signed it, for whom, until when, and whether it is newer than the
 * last one acted on. The transport is not trusted. For one thread at a time.
 */
public final class ManifestVerifier {
    /**
     * The device that verifies.
     *
     * @param agentVersion compared with the manifest's minimum, as versions
     */
    public record Verifying(DeviceId device, String deviceClass, String agentVersion) {
        public Verifying {
            AgentVersion.parse(agentVersion);
        }
    }

    private final TrustStore trust;
    private final Verifying self;
    private final Function<Trust, DeviceTime> time;

    /** A verifier that believes a clock. */
    public ManifestVerifier(TrustStore trust, Verifying self, Clock clock) {
        this(trust, self, trusted -> DeviceTime.by(clock.instant()));
    }

    /** @param time what time it is, given whom the device trusts */
    public ManifestVerifier(TrustStore trust, Verifying self, Function<Trust, DeviceTime> time) {
        this.trust = trust;
        this.self = self;
        this.time = time;
    }

    /**
     * Checks the bytes of a {@link SignedManifest}, after taking in the trust statement that came with it.
     *
     * @param lastSequence the sequence of the last manifest that this device accepted, given whom it trusts now; 0 for
     *     none
     */
    public Verification verify(byte[] signedManifest, ToLongFunction<Trust> lastSequence) {
        SignedManifest signed;
        Manifest manifest;
        try {
            signed = SignedManifest.parseFrom(signedManifest);
        } catch (InvalidProtocolBufferException e) {
            return refused(ReasonCode.MANIFEST_MALFORMED, "the desired state is no SignedManifest: " + e.getMessage());
        }
        Optional<Verification.Refused> untrusted = updateTrust(signed).or(() -> checkSignature(signed));
        if (untrusted.isPresent()) {
            return untrusted.get();
        }
        try {
            manifest = Manifest.parseFrom(signed.getManifest());
        } catch (InvalidProtocolBufferException e) {
            return refused(ReasonCode.MANIFEST_MALFORMED, "the signed bytes are no Manifest: " + e.getMessage());
        }
        return Stream.<Supplier<Optional<Verification.Refused>>>of(
                        () -> checkAddressee(manifest),
                        () -> checkContent(manifest),
                        () -> checkFreshness(manifest, lastSequence.applyAsLong(trust.current())),
                        () -> checkAgentVersion(manifest))
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .findFirst()
                .<Verification>map(refused -> refused.about(manifest))
                .orElseGet(() -> new Verification.Accepted(manifest));
    }

    // A statement counts whatever becomes of the manifest that it came with: it has a signature of its own.
    private Optional<Verification.Refused> updateTrust(SignedManifest signed) {
        if (!signed.hasTrust()) {
            return Optional.empty();
        }
        TrustUpdate update = trust.current().consider(signed.getTrust());
        if (update instanceof TrustUpdate.Refused refused) {
            return Optional.of(refused(ReasonCode.TRUST_STATEMENT_INVALID, refused.reason()));
        }
        if (update instanceof TrustUpdate.Newer newer) {
            trust.adopt(newer.trust());
        }
        return Optional.empty();
    }

    private Optional<Verification.Refused> checkSignature(SignedManifest signed) {
        String key = "key '" + signed.getKeyId() + "'";
        return switch (trust.current().check(signed, time().now())) {
            case VALID -> Optional.empty();
            case INVALID ->
                Optional.of(refused(ReasonCode.SIGNATURE_INVALID, "the signature by " + key + " does not match"));
            case KEY_UNKNOWN ->
                Optional.of(refused(ReasonCode.KEY_UNKNOWN, "signed by " + key + ", which this device does not trust"));
            case KEY_EXPIRED ->
                Optional.of(refused(ReasonCode.KEY_EXPIRED, "signed by " + key + ", which has expired"));
            case KEY_REVOKED ->
                Optional.of(refused(ReasonCode.KEY_REVOKED, "signed by " + key + ", which was revoked"));
        };
    }

    private DeviceTime time() {
        return time.apply(trust.current());
    }

    private Optional<Verification.Refused> checkAddressee(Manifest manifest) {
        if (!manifest.getDeviceId().equals(self.device().value())) {
            return Optional.of(refused(
                    ReasonCode.MANIFEST_NOT_FOR_THIS_DEVICE,
                    "made for device '" + manifest.getDeviceId() + "', not for '" + self.device() + "'"));
        }
        if (!manifest.getDeviceClass().equals(self.deviceClass())) {
            return Optional.of(refused(
                    ReasonCode.DEVICE_CLASS_MISMATCH,
                    "made for device class '" + manifest.getDeviceClass() + "', not for '" + self.deviceClass() + "'"));
        }
        return Optional.empty();
    }

    private static Optional<Verification.Refused> checkContent(Manifest manifest) {
        if (manifest.getDeploymentId().isEmpty() || manifest.getSequence() == 0) {
            return Optional.of(refused(ReasonCode.MANIFEST_MALFORMED, "it has no deployment id or no sequence"));
        }
        try {
            AgentVersion.parse(manifest.getMinAgentVersion());
        } catch (IllegalArgumentException e) {
            return Optional.of(refused(ReasonCode.MANIFEST_MALFORMED, String.valueOf(e.getMessage())));
        }
        return Stream.of(manifest.getVariant(), manifest.getProbeSet())
                .map(ManifestVerifier::checkArtifact)
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> checkDelta(manifest));
    }

    private static Optional<Verification.Refused> checkDelta(Manifest manifest) {
        if (!manifest.hasDelta()) {
            return Optional.empty();
        }
        try {
            StoredArtifact.of(manifest.getDelta().getFrom());
        } catch (IllegalArgumentException e) {
            return Optional.of(malformed(String.valueOf(e.getMessage())));
        }
        return checkArtifact(manifest.getDelta().getPatch());
    }

    private static Optional<Verification.Refused> checkArtifact(ChunkedArtifact artifact) {
        long content = 0;
        long published = 0;
        try {
            StoredArtifact.of(artifact.getArtifact());
            for (Chunk chunk : artifact.getChunksList()) {
                ChunkRef ref = ChunkRef.of(chunk);
                content += ref.content().size();
                published += ref.published().size();
            }
            if (artifact.hasPublished()) {
                StoredArtifact.of(artifact.getPublished());
            }
        } catch (IllegalArgumentException e) {
            return Optional.of(malformed(String.valueOf(e.getMessage())));
        }
        String name = artifact.getArtifact().getSha256();
        if (artifact.getChunksCount() == 0 || content != artifact.getArtifact().getSize()) {
            return Optional.of(malformed("the chunks of artifact " + name + " are " + content + " bytes, it is "
                    + artifact.getArtifact().getSize()));
        }
        long stated = artifact.hasPublished() ? artifact.getPublished().getSize() : content;
        if (published != stated) {
            return Optional.of(malformed("the chunks of artifact " + name + " are published as " + published
                    + " bytes, together they are " + stated));
        }
        if (artifact.getNotOnBroker() && artifact.getUrlsCount() == 0) {
            return Optional.of(malformed("artifact " + name + " is neither on the broker nor anywhere else"));
        }
        return Optional.empty();
    }

    private Optional<Verification.Refused> checkFreshness(Manifest manifest, long lastSequence) {
        Instant expiry = Instant.ofEpochSecond(
                manifest.getExpiresAt().getSeconds(), manifest.getExpiresAt().getNanos());
        DeviceTime now = time();
        if (!now.now().isBefore(expiry)) {
            return Optional.of(refused(ReasonCode.MANIFEST_EXPIRED, "it expired at " + expiry + ", and " + now));
        }
        if (Long.compareUnsigned(manifest.getSequence(), lastSequence) <= 0) {
            return Optional.of(refused(
                    ReasonCode.MANIFEST_REPLAYED,
                    "its sequence " + manifest.getSequence() + " is not above " + lastSequence
                            + ", the last that this device accepted"));
        }
        return Optional.empty();
    }

    private Optional<Verification.Refused> checkAgentVersion(Manifest manifest) {
        if (AgentVersion.parse(self.agentVersion()).compareTo(AgentVersion.parse(manifest.getMinAgentVersion())) >= 0) {
            return Optional.empty();
        }
        return Optional.of(refused(
                ReasonCode.AGENT_TOO_OLD,
                "it wants agent " + manifest.getMinAgentVersion() + " or newer, this is " + self.agentVersion()));
    }

    private static Verification.Refused malformed(String reason) {
        return refused(ReasonCode.MANIFEST_MALFORMED, reason);
    }

    private static Verification.Refused refused(ReasonCode code, String reason) {
        return new Verification.Refused(code, reason, "", 0);
    }
}
