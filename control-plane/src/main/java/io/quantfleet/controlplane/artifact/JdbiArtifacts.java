package io.quantfleet.controlplane.artifact;

import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.artifact.StoredArtifact;
import jakarta.inject.Singleton;
import java.time.Instant;

/** The list of artifacts that are known; their bytes are in the object store. */
@Singleton
public class JdbiArtifacts {
    /** Adds an artifact; harmless when it is known. */
    public void record(Tx tx, StoredArtifact artifact, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into artifact (sha256, size, created_at) values (:sha256, :size, :now)
                        on conflict do nothing""")
                .bind("sha256", artifact.sha256().hex())
                .bind("size", artifact.size())
                .bind("now", now)
                .execute();
    }
}
