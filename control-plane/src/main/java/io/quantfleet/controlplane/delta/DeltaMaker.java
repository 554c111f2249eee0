package io.quantfleet.controlplane.delta;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.artifact.ChunkPlans;
import io.quantfleet.controlplane.artifact.WorkDirectory;
import io.quantfleet.controlplane.delta.JdbiDeltas.Claim;
import io.quantfleet.controlplane.delta.JdbiDeltas.Standing;
import io.quantfleet.controlplane.delta.JdbiDeltas.State;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.delta.DeltaDecoder;
import io.quantfleet.protocols.delta.DeltaEncoder;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.DeltaMethod;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Makes one delta after another, tries each before anybody else gets it, and says of those that save nothing that they are
 * useless. A claim runs out, so what an instance that died was making is made again; what brought several instances down
 * is given up. For one thread.
 */
@Singleton
class DeltaMaker {
    private static final Logger LOG = Logger.getLogger(DeltaMaker.class);
    private static final int ATTEMPTS = 3;
    /** A delta has to save at least a tenth of what whole chunks cost. */
    private static final double WORTHWHILE = 0.9;

    private final JdbiDeltas pairs;
    private final ObjectStore store;
    private final ChunkPlans plans;
    private final WorkDirectory work;
    private final DeltaPolicy policy;
    private final Clock clock;

    DeltaMaker(
            JdbiDeltas pairs,
            ObjectStore store,
            ChunkPlans plans,
            WorkDirectory work,
            DeltaPolicy policy,
            Clock clock) {
        this.pairs = pairs;
        this.store = store;
        this.plans = plans;
        this.work = work;
        this.policy = policy;
        this.clock = clock;
    }

    /** How it ended: with a patch, or not. */
    private record Result(Standing standing, String remark) {
        static Result without(State state, String remark) {
            return new Result(new Standing(state, Optional.empty()), remark);
        }
    }

    /** Makes whatever is wanted. */
    void makeAll(Database database) {
        while (!Thread.currentThread().isInterrupted()) {
            Instant now = clock.instant();
            // Twice the limit: encoding, and trying out.
            Instant until = now.plus(policy.timeLimit().multipliedBy(2));
            Optional<Claim> claim = database.inTransaction(tx -> pairs.claim(tx, now, until));
            if (claim.isEmpty()) {
                return;
            }
            VariantPair pair = claim.get().pair();
            Result result = make(claim.get());
            LOG.infof("delta %s: %s %s", pair, result.standing().state(), result.remark());
            database.useTransaction(tx -> pairs.finish(tx, pair, result.standing(), result.remark(), clock.instant()));
        }
    }

    private Result make(Claim claim) {
        if (claim.attempt() > ATTEMPTS) {
            return Result.without(State.FAILED, "given up after " + ATTEMPTS + " attempts that never ended");
        }
        try {
            return make(plans.of(claim.pair().from()), plans.of(claim.pair().to()));
        } catch (IOException | ControlPlaneException e) {
            return Result.without(State.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private Result make(ChunkedArtifact from, ChunkedArtifact to) throws IOException {
        long largest = Math.max(from.getArtifact().getSize(), to.getArtifact().getSize());
        if (largest > policy.maxBytes()) {
            return Result.without(State.USELESS, largest + " bytes are too many to make a delta of");
        }
        long chunks = lackingBytes(from, to);
        if (chunks == 0) {
            return Result.without(State.USELESS, "no chunk differs");
        }
        ChunkedArtifact patch = plans.of(patch(from, to));
        long bytes = publishedBytes(patch);
        if (bytes > chunks * WORTHWHILE) {
            return Result.without(State.USELESS, bytes + " bytes, where chunks are " + chunks);
        }
        Sha256 name = new Sha256(patch.getArtifact().getSha256());
        return new Result(new Standing(State.READY, Optional.of(name)), bytes + " bytes, where chunks are " + chunks);
    }

    /** Makes a patch, applies it, and stores it if what comes out is right. */
    private Sha256 patch(ChunkedArtifact from, ChunkedArtifact to) throws IOException {
        Path before = work.newFile("from");
        Path after = work.newFile("to");
        Path patch = work.newFile("patch");
        try {
            copy(from, before);
            copy(to, after);
            Instant limit = clock.instant().plus(policy.timeLimit());
            DeltaMethod method = DeltaEncoder.encode(
                    before,
                    after,
                    patch,
                    () -> Thread.currentThread().isInterrupted()
                            || clock.instant().isAfter(limit));
            MessageDigest digest = Sha256.newDigest();
            try (InputStream in = Files.newInputStream(patch)) {
                DeltaDecoder.apply(
                        before,
                        in,
                        to.getArtifact().getSize(),
                        new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            }
            Sha256 made = Sha256.ofDigest(digest.digest());
            if (!made.hex().equals(to.getArtifact().getSha256())) {
                throw new IOException("the delta by " + method + " makes something else: " + made);
            }
            try (InputStream in = Files.newInputStream(patch)) {
                return store.put(in).sha256();
            }
        } finally {
            Files.deleteIfExists(before);
            Files.deleteIfExists(after);
            Files.deleteIfExists(patch);
        }
    }

    private void copy(ChunkedArtifact artifact, Path target) throws IOException {
        try (InputStream in =
                store.open(StoredArtifact.of(artifact.getArtifact()).sha256())) {
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What a device that has one fetches of the other, chunk by chunk. */
    private static long lackingBytes(ChunkedArtifact from, ChunkedArtifact to) {
        Set<Sha256> atHand = from.getChunksList().stream()
                .map(chunk -> ChunkRef.of(chunk).content().sha256())
                .collect(Collectors.toSet());
        return to.getChunksList().stream()
                .map(ChunkRef::of)
                .filter(chunk -> !atHand.contains(chunk.content().sha256()))
                .distinct()
                .mapToLong(chunk -> chunk.published().size())
                .sum();
    }

    private static long publishedBytes(ChunkedArtifact artifact) {
        return artifact.getChunksList().stream()
                .mapToLong(chunk -> ChunkRef.of(chunk).published().size())
                .sum();
    }
}
