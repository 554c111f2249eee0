package io.quantfleet.controlplane.delivery;

import io.quantfleet.controlplane.security.MqttAddress;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.Role;
import java.net.URI;
import java.time.Clock;

/** As whom the control plane connects to the MQTT broker. */
final class MqttLogin {
    private static final String USER = "control-plane";

    private final MqttAddress address;
    private final String instanceId;
    private final SigningKey key;
    private final Clock clock;

    MqttLogin(MqttAddress address, String instanceId, SigningKey key, Clock clock) {
        this.address = address;
        this.instanceId = instanceId;
        this.key = key;
        this.clock = clock;
    }

    URI uri() {
        return address.forUs();
    }

    String userName() {
        return USER;
    }

    /** Names the session; with a slash, which no device id has, so that no device can take it over. */
    String clientId() {
        return USER + "/" + instanceId;
    }

    String newPassword() {
        return Credentials.issue(key, USER, Role.ROLE_SERVICE, clock.instant());
    }
}
