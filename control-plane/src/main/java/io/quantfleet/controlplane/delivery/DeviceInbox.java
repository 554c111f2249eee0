package io.quantfleet.controlplane.delivery;

import io.quantfleet.protocols.trace.TraceParent;
import java.util.Optional;

/** Takes what devices publish. */
@FunctionalInterface
public interface DeviceInbox {
    /**
     * Takes a message; called by the thread that reads the connection, so it only hands over.
     *
     * @param trace what the message follows from, where the device was told
     * @param acknowledge to be called, from any thread, once the message is safe; the broker keeps it until then
     */
    void arrived(String topic, byte[] payload, Optional<TraceParent> trace, Runnable acknowledge);
}
