package io.quantfleet.agent.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
        return new Attempt(manifest.getDeploymentId(), manifest.getSequence(), bytes, 0, Optional.empty(), false);
    }

    /** The chunks of artifacts, by their content, each once. */
    static Map<Sha256, ChunkRef> chunks(ChunkedArtifact... artifacts) {
        Map<Sha256, ChunkRef> chunks = new LinkedHashMap<>();
        Stream.of(artifacts)
                .flatMap(artifact -> artifact.getChunksList().stream())
                .map(ChunkRef::of)
                .forEach(chunk -> chunks.putIfAbsent(chunk.content().sha256(), chunk));
        return chunks;
    }

    Sha256 variant() {
        return new Sha256(manifest.getVariant().getArtifact().getSha256());
    }

    Instant expiry() {
        return Instant.ofEpochSecond(
                manifest.getExpiresAt().getSeconds(), manifest.getExpiresAt().getNanos());
    }
}
