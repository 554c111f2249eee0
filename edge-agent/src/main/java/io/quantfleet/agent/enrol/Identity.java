package io.quantfleet.agent.enrol;

import io.quantfleet.protocols.DeviceId;
import java.net.URI;
import java.util.List;

/**
 * What enrolment gives a device, kept for its life.
 *
 * @param credential the MQTT password; a secret
 * @param mqttUri the broker, {@code tcp://host:port} or {@code ssl://host:port}
 * @param trustedKeys PEM texts of the public keys whose manifests the device obeys
 */
public record Identity(
        DeviceId deviceId, String deviceClass, String fleet, String credential, URI mqttUri, List<String> trustedKeys) {
    public Identity {
        trustedKeys = List.copyOf(trustedKeys);
        requireText("device class", deviceClass);
        requireText("credential", credential);
        if (mqttUri.getHost() == null || mqttUri.getPort() < 0) {
            throw new IllegalArgumentException("no broker address with host and port: '" + mqttUri + "'");
        }
        if (trustedKeys.isEmpty()) {
            throw new IllegalArgumentException("no trusted keys");
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
