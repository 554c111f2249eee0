package io.quantfleet.controlplane.artifact;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.Chunker;
import io.quantfleet.protocols.artifact.Layout;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.OnnxLayout;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import jakarta.inject.Singleton;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How artifacts are cut into chunks. Each is cut once; the plan is kept in the database, and the chunks as they are
 * published, one behind the other, in the object store, for a later compressor might make other bytes of the same content.
 * Killed between the two, it cuts once more. Thread-safe.
 */
@Singleton
public class ChunkPlans {
    private static final int REMEMBERED = 256;

    private final ObjectStore store;
    private final Chunker chunker;
    private final Database database;
    private final JdbiChunkPlans stored;
    private final WorkDirectory work;
    private final Clock clock;
    private final Map<Sha256, ChunkedArtifact> known =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Sha256, ChunkedArtifact> eldest) {
                    return size() > REMEMBERED;
                }
            });

    ChunkPlans(
            ObjectStore store,
            Chunker chunker,
            Database database,
            JdbiChunkPlans stored,
            WorkDirectory work,
            Clock clock) {
        this.store = store;
        this.chunker = chunker;
        this.database = database;
        this.stored = stored;
        this.work = work;
        this.clock = clock;
    }

    /**
     * The artifact's chunks. The first call for an artifact reads and cuts it.
     *
     * @throws ControlPlaneException {@code UNAVAILABLE} if it can't be read from the object store
     */
    public ChunkedArtifact of(Sha256 artifact) {
        ChunkedArtifact remembered = known.get(artifact);
        if (remembered != null) {
            return remembered;
        }
        Optional<ChunkedArtifact> plan = database.inTransaction(tx -> stored.find(tx, artifact));
        ChunkedArtifact result = plan.orElseGet(() -> make(artifact));
        known.put(artifact, result);
        return result;
    }

    /** One at a time: cutting takes memory and a processor, and two threads often want the same. */
    private synchronized ChunkedArtifact make(Sha256 artifact) {
        Optional<ChunkedArtifact> meanwhile = database.inTransaction(tx -> stored.find(tx, artifact));
        if (meanwhile.isPresent()) {
            return meanwhile.get();
        }
        try {
            ChunkedArtifact plan = cut(artifact);
            return database.inTransaction(tx -> stored.add(tx, plan, clock.instant()));
        } catch (IOException e) {
            throw new ControlPlaneException(
                    ReasonCode.UNAVAILABLE, "artifact " + artifact + " can't be read from the object store: " + e, e);
        }
    }

    private ChunkedArtifact cut(Sha256 artifact) throws IOException {
        Path published = work.newFile("chunks");
        try {
            ChunkedArtifact plan;
            try (InputStream in = store.open(artifact);
                    OutputStream out = new BufferedOutputStream(Files.newOutputStream(published))) {
                plan = chunker.cut(layout(artifact), in, (chunk, bytes) -> out.write(bytes));
            }
            if (!plan.getArtifact().getSha256().equals(artifact.hex())) {
                throw new IOException(
                        "its content has the hash " + plan.getArtifact().getSha256());
            }
            if (plan.hasPublished()) {
                keep(published, StoredArtifact.of(plan.getPublished()));
            }
            return plan;
        } finally {
            Files.deleteIfExists(published);
        }
    }

    private void keep(Path published, StoredArtifact expected) throws IOException {
        try (InputStream in = Files.newInputStream(published)) {
            StoredArtifact kept = store.put(in);
            if (!kept.equals(expected)) {
                throw new IOException("the chunks on disk are not those that were cut");
            }
        }
    }

    private Layout layout(Sha256 artifact) throws IOException {
        try (InputStream in = new BufferedInputStream(store.open(artifact))) {
            return OnnxLayout.read(in);
        }
    }
}
