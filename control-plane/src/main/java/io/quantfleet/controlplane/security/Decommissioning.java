package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.device.JdbiDeviceTimeline;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.device.Lifecycle;
import io.quantfleet.controlplane.rollout.Departures;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Takes devices out of service: out of their fleets and rollouts at once, and off the broker as soon as it hears of it. What
 * happened to them stays known. Doing it again changes nothing.
 */
@Singleton
public class Decommissioning {
    private static final Logger LOG = Logger.getLogger(Decommissioning.class);

    private final Database database;
    private final JdbiDevices devices;
    private final JdbiDeviceTimeline timeline;
    private final Departures departures;
    private final Clock clock;

    Decommissioning(
            Database database, JdbiDevices devices, JdbiDeviceTimeline timeline, Departures departures, Clock clock) {
        this.database = database;
        this.devices = devices;
        this.timeline = timeline;
        this.departures = departures;
        this.clock = clock;
    }

    /**
     * Decommissions a device.
     *
     * @param reason for its timeline
     * @throws ControlPlaneException {@code NOT_FOUND}
     */
    DeviceView decommission(DeviceId device, Optional<String> reason) {
        return database.inTransaction(tx -> {
            ifInService(tx, device, reason);
            return devices.find(tx, device.value()).orElseThrow(() -> none(device));
        });
    }

    /**
     * Decommissions a device that is in service.
     *
     * @return whether it was
     * @throws ControlPlaneException {@code NOT_FOUND}
     */
    public boolean ifInService(Tx tx, DeviceId device, Optional<String> reason) {
        JdbiDevices.Known known = devices.lock(tx, device).orElseThrow(() -> none(device));
        if (known.lifecycle() == Lifecycle.DECOMMISSIONED) {
            return false;
        }
        decommission(tx, device, reason);
        return true;
    }

    private void decommission(Tx tx, DeviceId device, Optional<String> reason) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        devices.decommission(tx, device, now);
        departures.leave(tx, device);
        timeline.add(
                tx,
                device,
                new JdbiDeviceTimeline.Entry(
                        now,
                        JdbiDeviceTimeline.Kind.DECOMMISSIONED,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        reason));
        LOG.infof("device decommissioned: deviceId=%s", device);
    }

    private static ControlPlaneException none(DeviceId device) {
        return ControlPlaneException.notFound("device '" + device + "'");
    }
}
