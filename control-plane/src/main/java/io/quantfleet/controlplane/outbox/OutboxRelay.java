package io.quantfleet.controlplane.outbox;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.events.KafkaEventSender;
import io.quantfleet.controlplane.lifecycle.Ticker;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.KafkaTopics;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Sends what is in the outbox to Kafka, oldest first, and deletes what Kafka has acknowledged. Killed between the two,
 * it sends again after the restart: each event arrives at least once, and consumers go by its id. One relay works at a
 * time, however many instances there are.
 */
@Singleton
public class OutboxRelay implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int BATCH = 200;
    private static final String SOURCE = "/control-plane";

    private final Database database;
    private final JdbiOutbox outbox;
    private final KafkaEventSender sender;
    private final KafkaTopics topics;
    private final Ticker ticker;

    OutboxRelay(Database database, JdbiOutbox outbox, KafkaEventSender sender, KafkaTopics topics) {
        this.database = database;
        this.outbox = outbox;
        this.sender = sender;
        this.topics = topics;
        this.ticker = new Ticker("outbox-relay", PERIOD, this::tick);
        outbox.onAdded(ticker::wake);
    }

    public void start() {
        ticker.start();
    }

    /** Relays until the outbox is empty. */
    void tick() {
        int relayed;
        do {
            relayed = relayBatch();
        } while (relayed == BATCH);
    }

    private int relayBatch() {
        return database.inTransaction(tx -> {
            if (!outbox.tryLock(tx)) {
                return 0;
            }
            List<JdbiOutbox.Waiting> waiting = outbox.oldest(tx, BATCH);
            List<CompletableFuture<Void>> sends =
                    waiting.stream().map(this::send).toList();
            List<Long> sent = new ArrayList<>();
            try {
                for (int i = 0; i < sends.size(); i++) {
                    sends.get(i).join();
                    sent.add(waiting.get(i).id());
                }
            } catch (CompletionException e) {
                if (sent.isEmpty()) {
                    throw new ControlPlaneException(ReasonCode.UNAVAILABLE, "Kafka took no event: " + e.getCause(), e);
                }
            }
            outbox.delete(tx, sent);
            return sent.size();
        });
    }

    private CompletableFuture<Void> send(JdbiOutbox.Waiting event) {
        return sender.send(
                event.kind().topic(topics),
                event.key(),
                Events.of(event.message(), event.eventId(), SOURCE, event.key(), event.createdAt()),
                event.trace());
    }

    @Override
    public void close() {
        ticker.close();
    }
}
