package io.quantfleet.protocols.artifact;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ArtifactRef;

/**
 * An artifact's name and size.
 *
 * @param size in bytes
 */
public record StoredArtifact(Sha256 sha256, long size) {
    public StoredArtifact {
        if (size < 0) {
            throw new IllegalArgumentException("an artifact's size is negative: " + size);
        }
    }

    /**
     * Reads the wire form.
     *
     * @throws IllegalArgumentException if its hash is no SHA-256
     */
    public static StoredArtifact of(ArtifactRef ref) {
        return new StoredArtifact(new Sha256(ref.getSha256()), ref.getSize());
    }

    /** The wire form. */
    public ArtifactRef toRef() {
        return ArtifactRef.newBuilder().setSha256(sha256.hex()).setSize(size).build();
    }
}
