package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.v1.DeviceState;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeploymentStateTest {
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
            assertThat(from.reported(said)).as("%s, reported %s", from, said).isEqualTo(expected);
        }
    }

    @Test
    void hasTheEndsThatTheDeviceAndTheClockCanBringAbout() {
        assertThat(DeploymentState.values())
                .filteredOn(DeploymentState::isFinal)
                .containsExactly(
                        DeploymentState.ACTIVE,
                        DeploymentState.REFUSED,
                        DeploymentState.REVERTED,
                        DeploymentState.EXPIRED,
                        DeploymentState.SUPERSEDED);
    }
}
