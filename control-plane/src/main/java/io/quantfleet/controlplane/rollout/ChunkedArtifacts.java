package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.Chunker;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The chunks of artifacts, by name; cut once and remembered, for a fleet shares a few variants. Thread-safe. */
@Singleton
class ChunkedArtifacts {
    private static final int REMEMBERED = 64;

    private final ObjectStore store;
    private final Chunker chunker;
    private final Map<Sha256, ChunkedArtifact> cut = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Sha256, ChunkedArtifact> eldest) {
            return size() > REMEMBERED;
        }
    });

    ChunkedArtifacts(ObjectStore store, Chunker chunker) {
        this.store = store;
        this.chunker = chunker;
    }

    /**
     * The artifact's chunks.
     *
     * @throws ControlPlaneException {@code UNAVAILABLE} if it can't be read from the object store
     */
    ChunkedArtifact cut(Sha256 sha256) {
        ChunkedArtifact known = cut.get(sha256);
        if (known != null) {
            return known;
        }
        try (InputStream in = store.open(sha256)) {
            ChunkedArtifact artifact = chunker.cut(in);
            if (!artifact.getArtifact().getSha256().equals(sha256.hex())) {
                throw new IOException(
                        "its content has the hash " + artifact.getArtifact().getSha256());
            }
            cut.put(sha256, artifact);
            return artifact;
        } catch (IOException e) {
            throw new ControlPlaneException(
                    ReasonCode.UNAVAILABLE, "artifact " + sha256 + " can't be read from the object store: " + e, e);
        }
    }
}
