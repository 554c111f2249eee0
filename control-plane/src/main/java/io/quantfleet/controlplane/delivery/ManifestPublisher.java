package io.quantfleet.controlplane.delivery;

import io.opentelemetry.api.trace.Span;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.rollout.Deliverable;
import io.quantfleet.controlplane.rollout.Deliveries;
import io.quantfleet.controlplane.trace.Traces;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Puts manifests on the broker, driven by what the database says, never before their chunks are there. A broker may
 * lose what it retained, so each new connection begins with everything that devices may still need. Every step may be
 * repeated: the same manifest again is nothing new to a device. Manifests whose chunks can't be read wait, and hold up no
 * others. For use by one thread.
 */
final class ManifestPublisher {
    private static final Logger LOG = Logger.getLogger(ManifestPublisher.class);
    private static final int BATCH = 200;

    /** So long after some chunks of live manifests could not be read, it is tried again. */
    private static final Duration UNREADABLE_PAUSE = Duration.ofSeconds(30);

    private final Deliveries deliveries;
    private final ChunkPublisher chunks;
    private final ManifestSigner signer;
    private final DeviceLink link;
    private final DeliverySettings settings;
    private final ManifestTraces traces;
    private final Clock clock;
    private long connection;
    private Optional<Instant> nextRepublishing = Optional.empty();
    private Instant nextWithdrawal = Instant.MIN;

    ManifestPublisher(
            Deliveries deliveries,
            ChunkPublisher chunks,
            ManifestSigner signer,
            DeviceLink link,
            DeliverySettings settings,
            ManifestTraces traces,
            Clock clock) {
        this.traces = traces;
        this.deliveries = deliveries;
        this.chunks = chunks;
        this.signer = signer;
        this.link = link;
        this.settings = settings;
        this.clock = clock;
    }

    /** Publishes what waits; does nothing while there is no connection. */
    void tick() throws InterruptedException {
        OptionalLong now = link.connection();
        if (now.isEmpty()) {
            return;
        }
        if (now.getAsLong() != connection) {
            chunks.forget();
            nextRepublishing = Optional.of(Instant.MIN);
            connection = now.getAsLong();
        }
        Map<Sha256, ControlPlaneException> unreadable = new LinkedHashMap<>();
        republishLive(unreadable);
        publishPending(unreadable);
        withdraw();
        withdrawDeadChunks();
        if (!unreadable.isEmpty()) {
            throw unreadable.values().iterator().next();
        }
    }

    private void publishPending(Map<Sha256, ControlPlaneException> unreadable) throws InterruptedException {
        Set<Sha256> held = new HashSet<>();
        List<Deliverable> pending = admitted(held);
        while (!pending.isEmpty()) {
            List<Deliverable> delivered = publish(pending, traces::begin, unreadable);
            if (!delivered.isEmpty()) {
                deliveries.published(delivered);
                LOG.infof("published %d manifests", delivered.size());
            }
            boolean more = !delivered.isEmpty();
            for (Deliverable deliverable : pending) {
                if (ChunkPublisher.isAnyOf(deliverable, unreadable.keySet())) {
                    more |= deliverable.chunkSet().filter(held::add).isPresent();
                }
            }
            pending = more ? admitted(held) : List.of();
        }
    }

    /** The next manifests that wait and may go out, without those that name sets of chunks that are held. */
    private List<Deliverable> admitted(Set<Sha256> held) {
        if (!deliveries.isAnyPending()) {
            return List.of();
        }
        int room = FanOutWindow.room(deliveries.bytesUnderway(FanOutWindow.BYTES_PER_DEVICE));
        return room == 0 ? List.of() : deliveries.pending(held, Math.min(room, BATCH));
    }

    private void withdrawDeadChunks() throws InterruptedException {
        Instant now = clock.instant();
        if (now.isBefore(nextWithdrawal)) {
            return;
        }
        nextWithdrawal = now.plus(settings.withdrawPeriod());
        boolean done = false;
        try {
            chunks.withdrawDead();
            done = true;
        } finally {
            if (!done) {
                // Somebody may have published meanwhile what an empty message then overtook: everything once more.
                connection = 0;
            }
        }
    }

    private void withdraw() throws InterruptedException {
        List<Deliverable> gone = deliveries.toWithdraw(BATCH);
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (Deliverable deliverable : gone) {
            sent.add(link.publishRetained(MqttTopics.of(deliverable.device(), Channel.DESIRED), new byte[0]));
        }
        Acknowledgements.await(sent);
        if (!gone.isEmpty()) {
            deliveries.withdrawn(gone);
        }
    }

    private void republishLive(Map<Sha256, ControlPlaneException> unreadable) throws InterruptedException {
        Instant now = clock.instant();
        if (nextRepublishing.filter(due -> !now.isBefore(due)).isEmpty()) {
            return;
        }
        String behind = "";
        List<Deliverable> live;
        do {
            live = deliveries.liveBehind(behind, BATCH);
            publish(live, again -> Optional.empty(), unreadable);
            if (!live.isEmpty()) {
                behind = live.get(live.size() - 1).device().value();
            }
        } while (live.size() == BATCH);
        nextRepublishing = unreadable.isEmpty() ? Optional.empty() : Optional.of(now.plus(UNREADABLE_PAUSE));
    }

    /** Publishes manifests whose chunks are on the broker by then; which. */
    private List<Deliverable> publish(
            List<Deliverable> batch,
            Function<Deliverable, Optional<Span>> tracing,
            Map<Sha256, ControlPlaneException> unreadable)
            throws InterruptedException {
        unreadable.putAll(chunks.publish(batch));
        List<Deliverable> complete = batch.stream()
                .filter(deliverable -> !ChunkPublisher.isAnyOf(deliverable, unreadable.keySet()))
                .toList();
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (Deliverable deliverable : complete) {
            Optional<Span> span = tracing.apply(deliverable);
            CompletableFuture<Void> acknowledged = link.publishRetained(
                    MqttTopics.of(deliverable.device(), Channel.DESIRED),
                    signer.renew(deliverable.manifest()).toByteArray(),
                    span.flatMap(Traces::of));
            sent.add(acknowledged.whenComplete((done, failure) -> span.ifPresent(Span::end)));
        }
        Acknowledgements.await(sent);
        return complete;
    }
}
