package io.quantfleet.controlplane.events;

import com.google.protobuf.Message;
import io.quantfleet.controlplane.storage.Tx;

/**
 * Acts on one kind of event. Called by the one thread of its topic's loop, in the order of the partition; the same event
 * may come again, so its effect must be keyed by something in it. The transaction is committed if the outcome is
 * {@code Done}, and rolled back otherwise. A {@code ControlPlaneException} is as good as the outcome it maps to.
 *
 * @param <M> the message
 */
public interface EventHandler<M extends Message> {
    /** The message it takes. */
    Class<M> messageType();

    /**
     * Acts on an event.
     *
     * @param eventId the CloudEvent's id
     */
    Outcome handle(Tx tx, M message, String eventId);
}
