package io.quantfleet.controlplane.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.JdbiDeviceStates;
import io.quantfleet.controlplane.events.BatchEventHandler;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SelfTest;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Takes what a device reports into its state, and its deployment. Reports carry a number that grows: one
 * that is not above the last is a repetition, or was overtaken, and changes nothing. When the last device of a rollout is
 * done, the rollout goes on at once.
 */
@Singleton
class DeviceReportedHandler implements BatchEventHandler<DeviceReported> {
    private final JdbiDeviceStates devices;
    private final JdbiDeployments deployments;
    private final RolloutTicker ticker;
    private final Clock clock;

    DeviceReportedHandler(JdbiDeviceStates devices, JdbiDeployments deployments, RolloutTicker ticker, Clock clock) {
        this.devices = devices;
        this.deployments = deployments;
        this.ticker = ticker;
        this.clock = clock;
    }

    @Override
    public Class<DeviceReported> messageType() {
        return DeviceReported.class;
    }

    @Override
    public void handleAll(Tx tx, List<DeviceReported> events) {
        List<ReportedState> reports =
                events.stream().map(DeviceReported::getState).toList();
        reports.forEach(report -> check(report.getDeviceId()));
        List<ReportedState> news = devices.reported(tx, reports, clock.instant());
        Map<UUID, JdbiDeployments.Standing> standings = deployments.lock(
                tx,
                news.stream().flatMap(report -> deploymentId(report).stream()).collect(Collectors.toSet()));
        Map<UUID, JdbiDeployments.Progress> progress = new LinkedHashMap<>();
        for (ReportedState report : news) {
            deploymentId(report)
                    .map(standings::get)
                    .filter(standing -> standing.device().value().equals(report.getDeviceId()))
                    .ifPresent(standing -> take(report, standing, progress));
        }
        deployments.progressed(tx, progress.values(), clock.instant());
        List<UUID> ended = progress.values().stream()
                .filter(change -> change.state().isFinal())
                .map(JdbiDeployments.Progress::id)
                .toList();
        if (!ended.isEmpty() && deployments.isNoneLeftBeside(tx, ended)) {
            tx.afterCommit(ticker::wake);
        }
    }

    private static void take(
            ReportedState report, JdbiDeployments.Standing standing, Map<UUID, JdbiDeployments.Progress> progress) {
        Optional<JdbiDeployments.Progress> before = Optional.ofNullable(progress.get(standing.id()));
        DeploymentState state = before.map(JdbiDeployments.Progress::state).orElse(standing.state());
        DeploymentState next = state.reported(report);
        if (state.isFinal() && next == state) {
            return;
        }
        JdbiDeployments.Progress change = progress(standing.id(), next, report);
        progress.put(
                standing.id(), before.map(first -> followedBy(first, change)).orElse(change));
    }

    private static JdbiDeployments.Progress progress(UUID id, DeploymentState state, ReportedState report) {
        return new JdbiDeployments.Progress(
                id,
                state,
                text(report.getReasonCode()),
                text(report.getReason()),
                report.getFetchedBytes(),
                report.getTotalBytes(),
                report.hasSelfTest() ? Optional.of(json(report.getSelfTest())) : Optional.empty(),
                report.hasDelta() ? Optional.of(report.getDelta()) : Optional.empty());
    }

    /** What two reports of one deployment come to. */
    private static JdbiDeployments.Progress followedBy(JdbiDeployments.Progress first, JdbiDeployments.Progress then) {
        return new JdbiDeployments.Progress(
                then.id(),
                then.state(),
                then.reasonCode(),
                then.reason(),
                then.fetchedBytes(),
                then.totalBytes(),
                then.selfTest().or(first::selfTest),
                then.delta());
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

    private static void check(String device) {
        try {
            new DeviceId(device);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid(String.valueOf(e.getMessage()));
        }
    }
}
