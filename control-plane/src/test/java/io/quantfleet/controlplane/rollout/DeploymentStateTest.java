package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeploymentStateTest {
    private static final int UNKNOWN_STATE = 99;

    private static final Map<DeviceState, DeploymentState> SAYS = new EnumMap<>(Map.of(
            DeviceState.DEVICE_STATE_FETCHING, DeploymentState.FETCHING,
            DeviceState.DEVICE_STATE_VERIFYING, DeploymentState.VERIFYING,
            DeviceState.DEVICE_STATE_SELF_TESTING, DeploymentState.SELF_TESTING,
            DeviceState.DEVICE_STATE_SWITCHING, DeploymentState.SWITCHING,
            DeviceState.DEVICE_STATE_ACTIVE, DeploymentState.ACTIVE,
            DeviceState.DEVICE_STATE_REFUSED, DeploymentState.REFUSED,
            DeviceState.DEVICE_STATE_REVERTED, DeploymentState.REVERTED));

    @ParameterizedTest
    @EnumSource(DeploymentState.class)
    void goesWhereTheDeviceSaysUntilItIsFinal(DeploymentState from) {
        for (DeviceState said : DeviceState.values()) {
            DeploymentState expected = from.isFinal() ? from : SAYS.getOrDefault(said, from);
            assertThat(from.reported(report(said, false)))
                    .as("%s, reported %s", from, said)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(DeviceState.class)
    void losesWhatWasActiveAndGetsItBackWithoutLeavingTheEnd(DeviceState said) {
        boolean bad = said == DeviceState.DEVICE_STATE_REFUSED || said == DeviceState.DEVICE_STATE_REVERTED;
        boolean back = said == DeviceState.DEVICE_STATE_ACTIVE;

        assertThat(DeploymentState.ACTIVE.reported(report(said, true)))
                .isEqualTo(bad ? DeploymentState.LOST : DeploymentState.ACTIVE);
        assertThat(DeploymentState.LOST.reported(report(said, true)))
                .isEqualTo(back ? DeploymentState.ACTIVE : DeploymentState.LOST);
        assertThat(DeploymentState.SUPERSEDED.reported(report(said, true))).isEqualTo(DeploymentState.SUPERSEDED);
        assertThat(DeploymentState.REVERTED.reported(report(said, true))).isEqualTo(DeploymentState.REVERTED);
    }

    private static ReportedState report(DeviceState said, boolean afterActive) {
        return ReportedState.newBuilder()
                .setStateValue(said == DeviceState.UNRECOGNIZED ? UNKNOWN_STATE : said.getNumber())
                .setAfterActive(afterActive)
                .build();
    }

    @Test
    void hasTheEndsThatTheDeviceAndTheClockCanBringAbout() {
        assertThat(DeploymentState.values())
                .filteredOn(DeploymentState::isFinal)
                .containsExactly(
                        DeploymentState.ACTIVE,
                        DeploymentState.LOST,
                        DeploymentState.REFUSED,
                        DeploymentState.REVERTED,
                        DeploymentState.EXPIRED,
                        DeploymentState.SUPERSEDED);
    }
}
