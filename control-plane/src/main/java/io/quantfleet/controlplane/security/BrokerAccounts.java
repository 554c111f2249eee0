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
}
