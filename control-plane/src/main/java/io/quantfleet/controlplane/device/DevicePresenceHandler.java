package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.events.EventHandler;
import io.quantfleet.controlplane.events.Outcome;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.DevicePresenceChanged;
import jakarta.inject.Singleton;
import java.time.Clock;

/**
 * Takes in who is connected. The order of the partition counts, not the message's time: an offline message is a last
 * will, written when the device connected.
 */
@Singleton
class DevicePresenceHandler implements EventHandler<DevicePresenceChanged> {
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
    public Outcome handle(Tx tx, DevicePresenceChanged event, String eventId) {
        DeviceId device;
        try {
            device = new DeviceId(event.getPresence().getDeviceId());
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid(String.valueOf(e.getMessage()));
        }
        devices.presence(tx, device, event.getPresence(), clock.instant());
        return Outcome.DONE;
    }
}
