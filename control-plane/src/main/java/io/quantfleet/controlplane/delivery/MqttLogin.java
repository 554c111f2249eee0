package io.quantfleet.controlplane.delivery;

import io.quantfleet.controlplane.security.BrokerAccounts;
import io.quantfleet.controlplane.security.MqttAddress;
import java.net.URI;

/** As whom the control plane connects to the MQTT broker. */
final class MqttLogin {
    private final MqttAddress address;
    private final String instanceId;
    private final BrokerAccounts accounts;

    MqttLogin(MqttAddress address, String instanceId, BrokerAccounts accounts) {
        this.address = address;
        this.instanceId = instanceId;
        this.accounts = accounts;
    }

    URI uri() {
        return address.forUs();
    }

    String userName() {
        return BrokerAccounts.SERVICE;
    }

    /** Names the session; with a slash, which no device id has, so that no device can take it over. */
    String clientId() {
        return BrokerAccounts.SERVICE + "/" + instanceId;
    }

    String newPassword() {
        return accounts.servicePassword();
    }
}
