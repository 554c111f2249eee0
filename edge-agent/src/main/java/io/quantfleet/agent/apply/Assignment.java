package io.quantfleet.agent.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ArtifactRef;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** A manifest that was accepted, with the signed form that is kept of it. */
record Assignment(SignedManifest signed, Manifest manifest) {
    static Assignment of(byte[] signedManifest) throws InvalidProtocolBufferException {
        SignedManifest signed = SignedManifest.parseFrom(signedManifest);
        return new Assignment(signed, Manifest.parseFrom(signed.getManifest()));
    }

    Attempt firstAttempt() {
        long bytes = manifest.getVariant().getArtifact().getSize()
                + manifest.getProbeSet().getArtifact().getSize();
        return new Attempt(manifest.getDeploymentId(), manifest.getSequence(), bytes, 0);
    }

    /** The chunks of both artifacts, each once, with their sizes. */
    Map<Sha256, Long> chunks() {
        Map<Sha256, Long> sizes = new LinkedHashMap<>();
        for (ArtifactRef chunk : manifest.getVariant().getChunksList()) {
            sizes.put(new Sha256(chunk.getSha256()), chunk.getSize());
        }
        for (ArtifactRef chunk : manifest.getProbeSet().getChunksList()) {
            sizes.put(new Sha256(chunk.getSha256()), chunk.getSize());
        }
        return sizes;
    }

    Instant expiry() {
        return Instant.ofEpochSecond(
                manifest.getExpiresAt().getSeconds(), manifest.getExpiresAt().getNanos());
    }
}
