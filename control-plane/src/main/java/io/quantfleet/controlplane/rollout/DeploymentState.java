package io.quantfleet.controlplane.rollout;

import io.quantfleet.protocols.v1.DeviceState;
import java.util.Optional;

/**
 * Where one device is in one rollout. Stored codes: never renamed.
 *
 * <pre>
 *  PENDING ─▶ PUBLISHED ─▶ FETCHING ─▶ VERIFYING ─▶ SELF_TESTING ─▶ SWITCHING ─▶ ACTIVE
 *     any of these ─▶ REFUSED | REVERTED   the device says so
 *     any of these ─▶ EXPIRED              the manifest's time has run out
 *     any of these ─▶ SUPERSEDED           a newer rollout wants something else of the device
 * </pre>
 *
 * The device says where it is; it may skip a step whose report was lost, and go back to fetching after a restart. What
 * is final stays.
 */
enum DeploymentState {
    PENDING(false),
    PUBLISHED(false),
    FETCHING(false),
    VERIFYING(false),
    SELF_TESTING(false),
    SWITCHING(false),
    ACTIVE(true),
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
    DeploymentState reported(DeviceState device) {
        return isFinal ? this : of(device).orElse(this);
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
