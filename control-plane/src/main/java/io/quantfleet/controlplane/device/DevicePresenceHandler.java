package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.events.BatchEventHandler;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.DevicePresenceChanged;
import io.quantfleet.protocols.v1.Presence;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/**
 * Takes in who is connected. The order of the partition counts, not the message's time: an offline message is a last
 * will, written when the device connected.
 */
@Singleton
class DevicePresenceHandler implements BatchEventHandler<DevicePresenceChanged> {
    private final JdbiDeviceStates devices;
    private final Clock clock;

    DevicePresenceHandler(JdbiDeviceStates devices, Clock clock) {
        this.devices = devices;
        this.clock = clock;
    }

    @Override
    public Class<DevicePresenceChanged> messageType() {
        return DevicePresenceChanged.class;
    }

    @Override
    public void handleAll(Tx tx, List<DevicePresenceChanged> events) {
        List<Presence> presences =
                events.stream().map(DevicePresenceChanged::getPresence).toList();
        presences.forEach(presence -> check(presence.getDeviceId()));
        devices.presence(tx, presences, clock.instant());
    }

    private static void check(String device) {
        try {
            new DeviceId(device);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid(String.valueOf(e.getMessage()));
        }
    }
}
