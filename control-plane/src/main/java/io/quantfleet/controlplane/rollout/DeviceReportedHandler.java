package io.quantfleet.controlplane.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.JdbiDeviceStates;
import io.quantfleet.controlplane.events.EventHandler;
import io.quantfleet.controlplane.events.Outcome;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SelfTest;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/**
 * Takes what a device reports into its state, and its deployment. Reports carry a number that grows: one
 * that is not above the last is a repetition, or was overtaken, and changes nothing.
 */
@Singleton
class DeviceReportedHandler implements EventHandler<DeviceReported> {
    private final JdbiDeviceStates devices;
    private final JdbiDeployments deployments;
    private final Clock clock;

    DeviceReportedHandler(JdbiDeviceStates devices, JdbiDeployments deployments, Clock clock) {
        this.devices = devices;
        this.deployments = deployments;
        this.clock = clock;
    }

    @Override
    public Class<DeviceReported> messageType() {
        return DeviceReported.class;
    }

    @Override
    public Outcome handle(Tx tx, DeviceReported event, String eventId) {
        ReportedState report = event.getState();
        DeviceId device = deviceId(report.getDeviceId());
        if (devices.reported(tx, device, report, clock.instant())) {
            deploymentId(report).flatMap(id -> deployments.lock(tx, id, device)).ifPresent(standing -> {
                if (!standing.state().isFinal()) {
                    deployments.progressed(tx, standing.id(), progress(standing, report), clock.instant());
                }
            });
        }
        return Outcome.DONE;
    }

    private static JdbiDeployments.Progress progress(JdbiDeployments.Standing standing, ReportedState report) {
        return new JdbiDeployments.Progress(
                standing.state().reported(report.getState()),
                text(report.getReasonCode()),
                text(report.getReason()),
                report.getFetchedBytes(),
                report.getTotalBytes(),
                report.hasSelfTest() ? Optional.of(json(report.getSelfTest())) : Optional.empty());
    }

    private static String json(SelfTest selfTest) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(selfTest);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a self-test is always printable", e);
        }
    }

    private static Optional<String> text(String field) {
        return Optional.of(field).filter(value -> !value.isEmpty());
    }

    private static Optional<UUID> deploymentId(ReportedState report) {
        try {
            return text(report.getDeploymentId()).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid("not a deployment id: '" + report.getDeploymentId() + "'");
        }
    }

    private static DeviceId deviceId(String text) {
        try {
            return new DeviceId(text);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid(String.valueOf(e.getMessage()));
        }
    }
}
