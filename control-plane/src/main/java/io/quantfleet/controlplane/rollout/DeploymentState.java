package io.quantfleet.controlplane.rollout;

import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import java.util.Optional;

/**
 * Where one device is in one rollout. Stored codes: never renamed.
 *
 * <pre>
 *  PENDING ─▶ PUBLISHED ─▶ FETCHING ─▶ VERIFYING ─▶ SELF_TESTING ─▶ SWITCHING ─▶ ACTIVE
 *     any of these ─▶ REFUSED | REVERTED   the device says so
 *     any of these ─▶ EXPIRED              the manifest's time has run out
 *     any of these ─▶ SUPERSEDED           a newer rollout wants something else of the device
 *           ACTIVE ─▶ LOST ─▶ ACTIVE       the device can't serve the variant any more; it has it back
 * </pre>
 *
 * The device says where it is; it may skip a step whose report was lost, and go back to fetching after a restart. What
 * is final stays, but for what becomes of a variant that was active; while the device installs it again, nothing is said of it.
 */
enum DeploymentState {
    PENDING(false),
    PUBLISHED(false),
    FETCHING(false),
    VERIFYING(false),
    SELF_TESTING(false),
    SWITCHING(false),
    ACTIVE(true),
    LOST(true),
    REFUSED(true),
    REVERTED(true),
    EXPIRED(true),
    SUPERSEDED(true);

    private final boolean isFinal;

    DeploymentState(boolean isFinal) {
        this.isFinal = isFinal;
    }

    boolean isFinal() {
        return isFinal;
    }

    /** The state after the device reported on this deployment. */
    DeploymentState reported(ReportedState report) {
        if (report.getAfterActive()) {
            return sinceActive(report.getState());
        }
        return isFinal ? this : of(report.getState()).orElse(this);
    }

    private DeploymentState sinceActive(DeviceState device) {
        if (isFinal && this != ACTIVE && this != LOST) {
            return this;
        }
        return switch (device) {
            case DEVICE_STATE_ACTIVE -> ACTIVE;
            case DEVICE_STATE_REFUSED, DEVICE_STATE_REVERTED -> LOST;
            default -> this;
        };
    }

    private static Optional<DeploymentState> of(DeviceState device) {
        return switch (device) {
            case DEVICE_STATE_FETCHING -> Optional.of(FETCHING);
            case DEVICE_STATE_VERIFYING -> Optional.of(VERIFYING);
            case DEVICE_STATE_SELF_TESTING -> Optional.of(SELF_TESTING);
            case DEVICE_STATE_SWITCHING -> Optional.of(SWITCHING);
            case DEVICE_STATE_ACTIVE -> Optional.of(ACTIVE);
            case DEVICE_STATE_REFUSED -> Optional.of(REFUSED);
            case DEVICE_STATE_REVERTED -> Optional.of(REVERTED);
            case DEVICE_STATE_IDLE, DEVICE_STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }
}
