package io.quantfleet.controlplane.artifact;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;

/** The plans by which artifacts are cut. */
@Singleton
class JdbiChunkPlans {
    Optional<ChunkedArtifact> find(Tx tx, Sha256 artifact) {
        return tx.handle()
                .createQuery("select plan from chunk_plan where sha256 = :sha256")
                .bind("sha256", artifact.hex())
                .mapTo(byte[].class)
                .findOne()
                .map(JdbiChunkPlans::parse);
    }

    /** Stores a plan unless there is one; returns the one that counts. */
    ChunkedArtifact add(Tx tx, ChunkedArtifact plan, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into chunk_plan (sha256, plan, created_at) values (:sha256, :plan, :now)
                        on conflict do nothing""")
                .bind("sha256", plan.getArtifact().getSha256())
                .bind("plan", plan.toByteArray())
                .bind("now", now)
                .execute();
        return find(tx, new Sha256(plan.getArtifact().getSha256())).orElseThrow();
    }

    private static ChunkedArtifact parse(byte[] plan) {
        try {
            return ChunkedArtifact.parseFrom(plan);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the database holds a chunk plan that doesn't parse", e);
        }
    }
}
