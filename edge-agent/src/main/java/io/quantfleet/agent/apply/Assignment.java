package io.quantfleet.agent.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

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

    /** The chunks of both artifacts, by their content, each once. */
    Map<Sha256, ChunkRef> chunks() {
        Map<Sha256, ChunkRef> chunks = new LinkedHashMap<>();
        Stream.of(manifest.getVariant(), manifest.getProbeSet())
                .flatMap(artifact -> artifact.getChunksList().stream())
                .map(ChunkRef::of)
                .forEach(chunk -> chunks.putIfAbsent(chunk.content().sha256(), chunk));
        return chunks;
    }

    Instant expiry() {
        return Instant.ofEpochSecond(
                manifest.getExpiresAt().getSeconds(), manifest.getExpiresAt().getNanos());
    }
}
