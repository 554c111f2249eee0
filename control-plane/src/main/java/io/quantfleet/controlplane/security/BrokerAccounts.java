package io.quantfleet.controlplane.security;

import io.quantfleet.protocols.DeviceId;

/** How the MQTT broker tells friends from strangers. */
public interface BrokerAccounts {
    /** The control plane's own user name. */
    String SERVICE = "control-plane";

    /** The control plane's own password, good for a connection that is opened now. */
    String servicePassword();

    /**
     * Makes the broker let {@code device} in with {@code password}, and confine it to its own topics. Done again for the
     * same device, it replaces the password.
     *
     * @throws io.quantfleet.controlplane.ControlPlaneException {@code UNAVAILABLE} if the broker doesn't answer or refuses
     */
    void admit(DeviceId device, String password);

    /**
     * Makes the broker let {@code device} in no more, and close its connection, where the broker keeps accounts; one that
     * checks signed credentials hears of it by the topic {@code revoked}.
     *
     * @throws io.quantfleet.controlplane.ControlPlaneException {@code UNAVAILABLE} if the broker doesn't answer or refuses
     */
    void expel(DeviceId device);
}
