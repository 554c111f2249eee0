package io.quantfleet.controlplane.delivery;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.rollout.Deliverable;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Puts the chunks of manifests on the broker, each once per connection, read from the object store one at a time, and
 * takes those away that no live manifest names any more. What is where is in the database, so that a chunk that one
 * instance is about to withdraw is published again by another that needs it, and nothing is forgotten by a restart. For
 * use by one thread.
 */
final class ChunkPublisher {
    private static final Logger LOG = Logger.getLogger(ChunkPublisher.class);
    private static final int WITHDRAWN_AT_ONCE = 500;

    private final ObjectStore store;
    private final DeviceLink link;
    private final Database database;
    private final JdbiBrokerChunks chunks;
    private final Clock clock;
    private final Set<Sha256> there = new HashSet<>();

    ChunkPublisher(ObjectStore store, DeviceLink link, Database database, JdbiBrokerChunks chunks, Clock clock) {
        this.store = store;
        this.link = link;
        this.database = database;
        this.chunks = chunks;
        this.clock = clock;
    }

    /** The broker may have lost what it had. */
    void forget() {
        there.clear();
    }

    /**
     * Publishes the chunks that are not there yet, and waits until the broker has acknowledged them.
     *
     * @return why, for each artifact that could not be read; the chunks of all others are there
     */
    Map<Sha256, ControlPlaneException> publish(List<Deliverable> batch) throws InterruptedException {
        Map<Sha256, ChunkedArtifact> artifacts = new LinkedHashMap<>();
        for (Deliverable deliverable : batch) {
            artifacts(deliverable).forEach(artifact -> artifacts.put(source(artifact), artifact));
        }
        Set<Sha256> names = new HashSet<>();
        artifacts.values().forEach(artifact -> refs(artifact).forEach(chunk -> names.add(chunk.name())));
        Map<Sha256, ControlPlaneException> unreadable = new LinkedHashMap<>();
        if (names.isEmpty()) {
            return unreadable;
        }
        Interruptible.run(database, tx -> {
            chunks.lockToPublish(tx);
            Set<Sha256> needless = chunks.retained(tx, names);
            needless.retainAll(there);
            names.removeAll(needless);
            if (names.isEmpty()) {
                return;
            }
            Instant now = clock.instant();
            // In a transaction of its own: whoever comes after a crash has to know what may be on the broker.
            database.useTransaction(before -> chunks.publishing(before, names, now));
            Set<Sha256> sent = new HashSet<>();
            for (Map.Entry<Sha256, ChunkedArtifact> artifact : artifacts.entrySet()) {
                List<ChunkRef> refs = refs(artifact.getValue());
                try {
                    Acknowledgements.await(send(artifact.getKey(), refs, names));
                    refs.forEach(chunk -> sent.add(chunk.name()));
                } catch (IOException e) {
                    unreadable.put(
                            artifact.getKey(),
                            new ControlPlaneException(
                                    ReasonCode.UNAVAILABLE,
                                    "artifact " + artifact.getKey() + " can't be read from the object store: " + e,
                                    e));
                }
            }
            names.retainAll(sent);
            chunks.published(tx, names, now);
        });
        there.addAll(names);
        return unreadable;
    }

    /** Whether a manifest names one of these artifacts. */
    static boolean isAnyOf(Deliverable deliverable, Set<Sha256> artifacts) {
        return !artifacts.isEmpty()
                && artifacts(deliverable).anyMatch(artifact -> artifacts.contains(source(artifact)));
    }

    private static Stream<ChunkedArtifact> artifacts(Deliverable deliverable) {
        Manifest manifest = manifest(deliverable);
        return Stream.of(
                        manifest.getVariant(),
                        manifest.getProbeSet(),
                        manifest.getDelta().getPatch())
                .filter(artifact -> artifact.getChunksCount() > 0 && !artifact.getNotOnBroker());
    }

    private List<CompletableFuture<Void>> send(Sha256 source, List<ChunkRef> refs, Set<Sha256> wanted)
            throws IOException, InterruptedException {
        if (refs.stream().noneMatch(chunk -> wanted.contains(chunk.name()))) {
            return List.of();
        }
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        try (InputStream in = store.open(source)) {
            for (ChunkRef chunk : refs) {
                byte[] bytes = in.readNBytes(Math.toIntExact(chunk.published().size()));
                if (!chunk.isPublishedAs(bytes)) {
                    throw new IOException("chunk " + chunk.name() + " has other content");
                }
                if (wanted.contains(chunk.name())) {
                    sent.add(link.publishRetained(MqttTopics.chunk(chunk.name()), bytes));
                }
            }
        }
        return sent;
    }

    /** Takes the chunks off the broker that no live manifest names. */
    void withdrawDead() throws InterruptedException {
        database.useTransaction(tx -> chunks.markDead(tx, clock.instant()));
        List<Sha256> withdrawn = new ArrayList<>();
        Interruptible.run(database, tx -> {
            chunks.lockToWithdraw(tx);
            withdrawn.addAll(chunks.dead(tx, clock.instant(), WITHDRAWN_AT_ONCE));
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            for (Sha256 name : withdrawn) {
                there.remove(name);
                sent.add(link.publishRetained(MqttTopics.chunk(name), new byte[0]));
            }
            Acknowledgements.await(sent);
            chunks.withdrawn(tx, withdrawn);
        });
        if (!withdrawn.isEmpty()) {
            LOG.infof("withdrew %d chunks that no manifest names any more", withdrawn.size());
        }
    }

    private static Sha256 source(ChunkedArtifact artifact) {
        return new Sha256(
                artifact.hasPublished()
                        ? artifact.getPublished().getSha256()
                        : artifact.getArtifact().getSha256());
    }

    private static List<ChunkRef> refs(ChunkedArtifact artifact) {
        return artifact.getChunksList().stream().map(ChunkRef::of).toList();
    }

    private static Manifest manifest(Deliverable deliverable) {
        try {
            return Manifest.parseFrom(deliverable.manifest().getManifest());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "the manifest of deployment " + deliverable.deploymentId() + " doesn't parse", e);
        }
    }
}
