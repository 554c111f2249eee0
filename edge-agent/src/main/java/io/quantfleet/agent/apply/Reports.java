package io.quantfleet.agent.apply;

import com.google.protobuf.Timestamp;
import io.quantfleet.agent.apply.Deployment.Active;
import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.agent.apply.Deployment.Failure;
import io.quantfleet.agent.apply.Deployment.Fetching;
import io.quantfleet.agent.apply.Deployment.Idle;
import io.quantfleet.agent.apply.Deployment.Lost;
import io.quantfleet.agent.apply.Deployment.Refused;
import io.quantfleet.agent.apply.Deployment.Reverted;
import io.quantfleet.agent.apply.Deployment.SelfTesting;
import io.quantfleet.agent.apply.Deployment.State;
import io.quantfleet.agent.apply.Deployment.Switching;
import io.quantfleet.agent.apply.Deployment.UnderWay;
import io.quantfleet.agent.apply.Deployment.Verifying;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.manifest.Verification;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SelfTest;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Turns states into the reports that tell of them, and a stored report back into its state. */
final class Reports {
    private final DeviceId deviceId;
    private final String agentVersion;
    private final Clock clock;

    Reports(DeviceId deviceId, String agentVersion, Clock clock) {
        this.deviceId = deviceId;
        this.agentVersion = agentVersion;
        this.clock = clock;
    }

    ReportedState of(State state, long number, Optional<Manifest> serving) {
        ReportedState.Builder report = about(serving, number).setState(state.code());
        state.deployment().ifPresent(attempt -> {
            report.setDeploymentId(attempt.deploymentId())
                    .setSequence(attempt.sequence())
                    .setTotalBytes(attempt.totalBytes())
                    .setFetchedBytes(attempt.fetchedBytes())
                    .setAfterActive(attempt.afterActive());
            attempt.delta().ifPresent(report::setDelta);
        });
        state.selfTest().ifPresent(report::setSelfTest);
        if (state instanceof UnderWay underWay && underWay.attempt().afterActive()) {
            report.setReason("the variant was active and can't be served any more; it is being installed again");
        }
        state.failure().ifPresent(failure -> report.setReasonCode(failure.code().name())
                .setReason(failure.reason()));
        return report.build();
    }

    /** A desired state that was not accepted. */
    ReportedState of(Verification.Refused refused, long number, Optional<Manifest> serving) {
        return about(serving, number)
                .setState(DeviceState.DEVICE_STATE_REFUSED)
                .setDeploymentId(refused.deploymentId())
                .setSequence(refused.sequence())
                .setReasonCode(refused.code().name())
                .setReason(refused.reason())
                .build();
    }

    private ReportedState.Builder about(Optional<Manifest> serving, long number) {
        Instant now = clock.instant();
        ReportedState.Builder report = ReportedState.newBuilder()
                .setDeviceId(deviceId.value())
                .setReportNumber(number)
                .setAgentVersion(agentVersion)
                .setAt(Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
        serving.ifPresent(manifest -> report.setActiveVariantSha256(
                        manifest.getVariant().getArtifact().getSha256())
                .setActiveModelName(manifest.getModelName())
                .setActiveModelVersion(manifest.getModelVersion()));
        return report;
    }

    /** Whether a report ends its deployment, or says again that it has ended, or what became of it since. */
    static boolean isFinal(ReportedState report) {
        return switch (report.getState()) {
            case DEVICE_STATE_ACTIVE, DEVICE_STATE_REFUSED, DEVICE_STATE_REVERTED -> true;
            default -> false;
        };
    }

    /** Whether a report tells what a deployment is at that has not ended. */
    static boolean isUnderWay(ReportedState report) {
        return switch (report.getState()) {
            case DEVICE_STATE_FETCHING, DEVICE_STATE_VERIFYING, DEVICE_STATE_SELF_TESTING, DEVICE_STATE_SWITCHING ->
                true;
            default -> false;
        };
    }

    static State restore(ReportedState report) {
        if (report.getState() == DeviceState.DEVICE_STATE_IDLE) {
            return new Idle();
        }
        Attempt attempt = new Attempt(
                report.getDeploymentId(),
                report.getSequence(),
                report.getTotalBytes(),
                report.getFetchedBytes(),
                report.hasDelta() ? Optional.of(report.getDelta()) : Optional.empty(),
                report.getAfterActive());
        SelfTest selfTest = report.getSelfTest();
        return switch (report.getState()) {
            case DEVICE_STATE_FETCHING -> new Fetching(attempt);
            case DEVICE_STATE_VERIFYING -> new Verifying(attempt);
            case DEVICE_STATE_SELF_TESTING -> new SelfTesting(attempt);
            case DEVICE_STATE_SWITCHING -> new Switching(attempt, selfTest);
            case DEVICE_STATE_ACTIVE -> new Active(attempt, selfTest);
            case DEVICE_STATE_REFUSED -> new Refused(attempt, failure(report));
            case DEVICE_STATE_REVERTED -> {
                Optional<SelfTest> result = report.hasSelfTest() ? Optional.of(selfTest) : Optional.empty();
                yield attempt.afterActive()
                        ? new Lost(attempt, result, failure(report))
                        : new Reverted(attempt, result, failure(report));
            }
            case DEVICE_STATE_IDLE, DEVICE_STATE_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("a stored report in state " + report.getState());
        };
    }

    private static Failure failure(ReportedState report) {
        return new Failure(ReasonCode.valueOf(report.getReasonCode()), report.getReason());
    }
}
