package io.quantfleet.controlplane.events;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Remembers by id which events a consumer has acted on, for effects that have no natural key. */
@Singleton
public class JdbiProcessedEvents {
    private final Clock clock;

    JdbiProcessedEvents(Clock clock) {
        this.clock = clock;
    }

    /** Whether the event is new to the consumer, and remembers it with the transaction. */
    public boolean isFirst(Tx tx, String consumer, String eventId) {
        return tx.handle()
                        .createUpdate("""
                                insert into processed_event (consumer, event_id, at) values (:consumer, :eventId, :at)
                                on conflict do nothing""")
                        .bind("consumer", consumer)
                        .bind("eventId", eventId)
                        .bind("at", clock.instant())
                        .execute()
                == 1;
    }
}
