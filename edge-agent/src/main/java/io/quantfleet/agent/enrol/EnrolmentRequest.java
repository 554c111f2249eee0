package io.quantfleet.agent.enrol;

import io.quantfleet.protocols.DeviceId;
import java.util.Map;

/**
 * What a device says of itself when it enrols.
 *
 * @param token allows it to join one fleet; a secret
 * @param labels free key/value pairs, for choosing devices by
 */
public record EnrolmentRequest(
        String token, DeviceId deviceId, String deviceClass, String agentVersion, Map<String, String> labels) {
    public EnrolmentRequest {
        labels = Map.copyOf(labels);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "EnrolmentRequest[" + deviceId + ", class " + deviceClass + "]";
    }
}
