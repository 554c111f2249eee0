package io.quantfleet.agent.enrol;

import io.quantfleet.protocols.DeviceId;
import java.net.URI;

/**
 * What enrolment gives a device, kept for its life.
 *
 * @param credential the MQTT password; a secret
 * @param mqttUri the broker, {@code tcp://host:port} or {@code ssl://host:port}
 * @param trust whose manifests the device obeys, until it is told otherwise
 */
public record Identity(
        DeviceId deviceId, String deviceClass, String fleet, String credential, URI mqttUri, PinnedKeys trust) {
    public Identity {
        requireText("device class", deviceClass);
        requireText("credential", credential);
        if (mqttUri.getHost() == null || mqttUri.getPort() < 0) {
            throw new IllegalArgumentException("no broker address with host and port: '" + mqttUri + "'");
        }
    }

    private static void requireText(String what, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("no " + what);
        }
    }

    /** Without the credential. */
    @Override
    public String toString() {
        return "Identity[" + deviceId + ", class " + deviceClass + ", fleet " + fleet + ", broker " + mqttUri + "]";
    }
}
