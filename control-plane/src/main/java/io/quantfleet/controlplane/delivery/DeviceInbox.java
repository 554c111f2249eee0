package io.quantfleet.controlplane.delivery;

/** Takes what devices publish. */
@FunctionalInterface
public interface DeviceInbox {
    /**
     * Takes a message; called by the thread that reads the connection, so it only hands over.
     *
     * @param acknowledge to be called, from any thread, once the message is safe; the broker keeps it until then
     */
    void arrived(String topic, byte[] payload, Runnable acknowledge);
}
