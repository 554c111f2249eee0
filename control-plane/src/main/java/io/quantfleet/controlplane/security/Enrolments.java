package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.JdbiDeviceTimeline;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.device.Lifecycle;
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
     * @throws ControlPlaneException {@code ENROLMENT_TOKEN_INVALID}, {@code DEVICE_EXISTS} or {@code
     *     DEVICE_DECOMMISSIONED}
     */
    String enrol(Application application) {
        return database.inTransaction(tx -> enrol(tx, application));
    }

    private String enrol(Tx tx, Application application) {
        EnrolmentToken token = tokens.lock(tx, EnrolmentToken.hash(application.token()))
                .orElseThrow(() -> new ControlPlaneException(
                        ReasonCode.ENROLMENT_TOKEN_INVALID,
                        "the enrolment token is unknown: check that it was copied whole, or make another with 'quantfleet"
                                + " device token create'"));
        Optional<JdbiDevices.Known> known = devices.lock(tx, application.deviceId());
        boolean holdsIt = known.filter(device -> holds(device, token)).isPresent();
        token.objection(application.deviceClass(), holdsIt, clock.instant()).ifPresent(objection -> {
            throw new ControlPlaneException(ReasonCode.ENROLMENT_TOKEN_INVALID, objection);
        });
        known.filter(device -> !holdsIt).ifPresent(device -> welcome(tx, device, token));
        JdbiDevices.Enrolment device = new JdbiDevices.Enrolment(
                application.deviceId(),
                token.deviceClass(),
                token.fleet(),
                application.labels(),
                token.hash(),
                application.agentVersion(),
                clock.instant());
        if (!holdsIt) {
            tokens.use(tx, token);
        }
        devices.enrol(tx, device);
        timeline.add(tx, device.id(), JdbiDeviceTimeline.Entry.of(JdbiDeviceTimeline.Kind.ENROLLED, device.at()));
        return token.fleet();
    }

    private static boolean holds(JdbiDevices.Known device, EnrolmentToken token) {
        return device.lifecycle() == Lifecycle.ENROLLED
                && device.tokenHash().filter(token.hash()::equals).isPresent();
    }

    /** Whether a device that is known may come with a token that it does not hold. */
    private void welcome(Tx tx, JdbiDevices.Known known, EnrolmentToken token) {
        JdbiDevices.Enrolled device = known.device();
        switch (known.lifecycle()) {
            case REGISTERED -> requireAsRegistered(device, token);
            case ENROLLED ->
                throw new ControlPlaneException(
                        ReasonCode.DEVICE_EXISTS,
                        "device '" + device.id() + "' enrolled before with another token;"
                                + " use that one, or another device id, or decommission it first");
            case DECOMMISSIONED -> {
                requireReadmission(known, token);
                devices.readmit(tx, device.id());
            }
        }
    }

    private static void requireAsRegistered(JdbiDevices.Enrolled device, EnrolmentToken token) {
        if (!device.deviceClass().equals(token.deviceClass()) || !device.fleet().equals(token.fleet())) {
            throw new ControlPlaneException(
                    ReasonCode.ENROLMENT_TOKEN_INVALID,
                    "device '" + device.id() + "' is registered for fleet '" + device.fleet() + "' with class '"
                            + device.deviceClass() + "', and the enrolment token is for fleet '" + token.fleet()
                            + "' and class '" + token.deviceClass() + "'; use a token that fits, or import it anew");
        }
    }

    private static void requireReadmission(JdbiDevices.Known known, EnrolmentToken token) {
        if (!token.readmits()) {
            throw new ControlPlaneException(
                    ReasonCode.DEVICE_DECOMMISSIONED,
                    "device '" + known.device().id() + "' was decommissioned;"
                            + " it may come back with a token that was made with \"readmits\": true");
        }
        if (known.revocationPending()) {
            throw new ControlPlaneException(
                    ReasonCode.UNAVAILABLE,
                    "the broker has not been told yet that device '"
                            + known.device().id() + "' was decommissioned; try again");
        }
    }
}
