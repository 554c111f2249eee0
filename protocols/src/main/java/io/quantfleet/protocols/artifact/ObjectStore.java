package io.quantfleet.protocols.artifact;

import io.quantfleet.protocols.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Bytes by their hash, shared by the control plane and the workers. What was stored never changes, so storing again is
 * harmless. Safe for use by several threads and processes.
 */
public interface ObjectStore {
    /** Stores everything left in {@code in}, which stays open, hashing it on the way; memory use is constant. */
    StoredArtifact put(InputStream in) throws IOException;

    /** The size of an artifact, or empty if the store doesn't have it. */
    Optional<StoredArtifact> find(Sha256 sha256) throws IOException;

    /**
     * The content of an artifact.
     *
     * @throws java.nio.file.NoSuchFileException if the store doesn't have it
     */
    InputStream open(Sha256 sha256) throws IOException;

    /** Whether the store can be written now; for health checks. */
    boolean isWritable();
}
