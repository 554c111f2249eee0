package io.quantfleet.controlplane.delivery;

import io.quantfleet.protocols.trace.TraceParent;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** The connection to the MQTT broker. Safe for use by several threads. */
public interface DeviceLink {
    /** The number of the connection that is up, greater than that of any before; empty while there is none. */
    OptionalLong connection();

    /**
     * Publishes with QoS 1 and the retain flag. Waits while too many publishes are on their way.
     *
     * @return completes when the broker has acknowledged; fails when the connection is lost before
     */
    default CompletableFuture<Void> publishRetained(String topic, byte[] payload) throws InterruptedException {
        return publishRetained(topic, payload, Optional.empty());
    }

    /**
     * The same in a trace, whose context goes as a user property.
     *
     * @param trace none for most
     */
    CompletableFuture<Void> publishRetained(String topic, byte[] payload, Optional<TraceParent> trace)
            throws InterruptedException;
}
