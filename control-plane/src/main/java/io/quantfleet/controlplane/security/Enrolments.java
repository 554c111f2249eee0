package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.JdbiDeviceTimeline;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * Takes devices in. A token's uses are counted under a lock, so two devices never share the last one; a device that asks
 * again with the token it came with (its answer was lost, or its disk) is taken again and uses nothing up.
 */
@Singleton
class Enrolments {
    private final Database database;
    private final JdbiEnrolmentTokens tokens;
    private final JdbiDevices devices;
    private final JdbiDeviceTimeline timeline;
    private final Clock clock;

    Enrolments(
            Database database,
            JdbiEnrolmentTokens tokens,
            JdbiDevices devices,
            JdbiDeviceTimeline timeline,
            Clock clock) {
        this.database = database;
        this.tokens = tokens;
        this.devices = devices;
        this.timeline = timeline;
        this.clock = clock;
    }

    /** What a device says when it asks to be taken in. */
    record Application(
            String token, DeviceId deviceId, String deviceClass, String agentVersion, Map<String, String> labels) {}

    /**
     * Enrols a device.
     *
     * @return the fleet it now belongs to
     * @throws ControlPlaneException {@code ENROLMENT_TOKEN_INVALID} or {@code DEVICE_EXISTS}
     */
    String enrol(Application application) {
        return database.inTransaction(tx -> enrol(tx, application));
    }

    private String enrol(Tx tx, Application application) {
        EnrolmentToken token = tokens.lock(tx, EnrolmentToken.hash(application.token()))
                .orElseThrow(() -> new ControlPlaneException(
                        ReasonCode.ENROLMENT_TOKEN_INVALID, "the enrolment token is unknown"));
        Optional<JdbiDevices.Enrolled> known = devices.enrolled(tx, application.deviceId());
        boolean holdsIt =
                known.filter(device -> device.tokenHash().equals(token.hash())).isPresent();
        token.objection(application.deviceClass(), holdsIt, clock.instant()).ifPresent(objection -> {
            throw new ControlPlaneException(ReasonCode.ENROLMENT_TOKEN_INVALID, objection);
        });
        if (known.isPresent() && !holdsIt) {
            throw new ControlPlaneException(
                    ReasonCode.DEVICE_EXISTS,
                    "device '" + application.deviceId() + "' enrolled before with another token;"
                            + " use that one, or another device id");
        }
        JdbiDevices.Enrolment device = new JdbiDevices.Enrolment(
                application.deviceId(),
                token.deviceClass(),
                token.fleet(),
                application.labels(),
                token.hash(),
                application.agentVersion(),
                clock.instant());
        if (holdsIt) {
            devices.enrolAgain(tx, device);
        } else {
            tokens.use(tx, token);
            devices.insert(tx, device);
        }
        timeline.add(tx, device.id(), JdbiDeviceTimeline.Entry.of(JdbiDeviceTimeline.Kind.ENROLLED, device.at()));
        return token.fleet();
    }
}
