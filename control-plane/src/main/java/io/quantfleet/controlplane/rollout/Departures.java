package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Lets go of devices that are taken out of service. */
@Singleton
public class Departures {
    private final JdbiMembers members;
    private final JdbiDeployments deployments;
    private final Clock clock;

    Departures(JdbiMembers members, JdbiDeployments deployments, Clock clock) {
        this.members = members;
        this.deployments = deployments;
        this.clock = clock;
    }

    /**
     * Takes a device out of every rollout, so that none waits for it and all may take it in again if it comes back; what
     * it was to run vanishes from the broker. Its deployments stay, as history.
     */
    public void leave(Tx tx, DeviceId device) {
        members.leave(tx, device);
        deployments.withdrawAll(tx, device, clock.instant());
    }
}
