package io.quantfleet.controlplane.delivery;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.rollout.Deliverable;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Puts the chunks of manifests on the broker, each once per connection, read from the object store one at a time. For
 * use by one thread.
 */
final class ChunkPublisher {
    private final ObjectStore store;
    private final DeviceLink link;
    private final Set<Sha256> there = new HashSet<>();

    ChunkPublisher(ObjectStore store, DeviceLink link) {
        this.store = store;
        this.link = link;
    }

    /** The broker may have lost what it had. */
    void forget() {
        there.clear();
    }

    /** Publishes the chunks that are not there yet, and waits until the broker has acknowledged them. */
    void publish(List<Deliverable> batch) throws InterruptedException {
        for (Deliverable deliverable : batch) {
            Manifest manifest = manifest(deliverable);
            publish(manifest.getVariant());
            publish(manifest.getProbeSet());
        }
    }

    private void publish(ChunkedArtifact artifact) throws InterruptedException {
        List<ChunkRef> chunks =
                artifact.getChunksList().stream().map(ChunkRef::of).toList();
        if (chunks.stream().allMatch(chunk -> there.contains(chunk.name()))) {
            return;
        }
        Sha256 source = new Sha256(
                artifact.hasPublished()
                        ? artifact.getPublished().getSha256()
                        : artifact.getArtifact().getSha256());
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        try (InputStream in = store.open(source)) {
            for (ChunkRef chunk : chunks) {
                byte[] bytes = in.readNBytes(Math.toIntExact(chunk.published().size()));
                if (!chunk.isPublishedAs(bytes)) {
                    throw new IOException("chunk " + chunk.name() + " has other content");
                }
                sent.add(link.publishRetained(MqttTopics.chunk(chunk.name()), bytes));
            }
        } catch (IOException e) {
            throw new ControlPlaneException(
                    ReasonCode.UNAVAILABLE, "artifact " + source + " can't be read from the object store: " + e, e);
        }
        Acknowledgements.await(sent);
        chunks.forEach(chunk -> there.add(chunk.name()));
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
