package io.quantfleet.agent.link;

import io.quantfleet.protocols.trace.TraceParent;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/**
 * The device's connection to the broker. It connects by itself, again and again; a caller that is told that publishing
 * failed keeps what it wanted to say and says it again when {@link Listener#connected()} comes. Safe for use by several
 * threads.
 */
public interface DeviceLink extends AutoCloseable {
    /** Hears of the connection and takes its messages. Called on the link's threads, which it must not hold up. */
    interface Listener {
        /**
         * The broker knows no session of this device: whatever it acknowledged before may be lost. Comes before {@link
         * #connected()}, on the very first connection too.
         */
        void sessionLost();

        /** Publishing works, and every subscription has been asked for. */
        void connected();

        /** Publishing fails from now on, until {@link #connected()}. */
        void disconnected();

        /**
         * A message came on a subscribed topic.
         *
         * @param payload the link may use a chunk's array again once the chunk is acknowledged
         * @param acknowledge tells the broker that the message has been dealt with. Until then it counts against the
         *     number of messages that the broker may send at once, which bounds the agent's memory, and after a lost
         *     connection it comes again.
         */
        void received(String topic, byte[] payload, Runnable acknowledge);

        /** The same for a message that belongs to a trace. Whoever has no use for that takes it like any other. */
        default void received(String topic, byte[] payload, TraceParent trace, Runnable acknowledge) {
            received(topic, payload, acknowledge);
        }
    }

    /** Begins connecting. */
    void start(Listener listener);

    /**
     * Sends a message at least once.
     *
     * @return completes when the broker has it; fails with {@link LinkException} if there is no connection or it is lost
     *     first. Blocks while too many messages are on their way.
     */
    CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained);

    /** The same for a message that belongs to a trace; a link that has no place for that sends it without. */
    default CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained, TraceParent trace) {
        return publish(topic, payload, retained);
    }

    /**
     * Subscribes, now and after every reconnection, in one packet. For a topic that is subscribed already it does so again,
     * which makes the broker send the retained message again.
     */
    void subscribe(Collection<String> topics);

    /** Ends subscriptions, in one packet. */
    void unsubscribe(Collection<String> topics);

    /** Says good-bye and stops connecting; what is on its way has a moment to arrive. */
    @Override
    void close();
}
