package io.quantfleet.controlplane.events;

import com.google.protobuf.Message;
import io.quantfleet.controlplane.storage.Tx;
import java.util.List;

/**
 * Acts on many events of one kind in one transaction, which costs little more than acting on one. All that
 * {@link EventHandler} says of an event holds for each of them.
 *
 * @param <M> the message
 */
public interface BatchEventHandler<M extends Message> extends EventHandler<M> {
    /**
     * Acts on events in the order in which they came; several may be of one device. If it throws, whatever was wrong
     * with one of them, all are rolled back, and the caller tries parts of the batch.
     */
    void handleAll(Tx tx, List<M> messages);

    @Override
    default Outcome handle(Tx tx, M message, String eventId) {
        handleAll(tx, List.of(message));
        return Outcome.DONE;
    }
}
