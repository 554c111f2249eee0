package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.model.VariantView;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RolloutPlanTest {
    private static final ModelVersionId MODEL = new ModelVersionId("glyphs", 2);
    private static final UUID JOB = new UUID(0, 1);

    @Test
    void givesEachDeviceTheVariantOfItsClass() {
        RolloutPlan plan = RolloutPlan.decide(
                "lab",
                MODEL,
                List.of(device("a", "gpu"), device("b", "rpi-cpu"), device("c", "gpu")),
                Map.of("gpu", ready("gpu"), "rpi-cpu", ready("rpi-cpu"), "phone-npu", ready("phone-npu")),
                List.of());

        assertThat(plan.parts())
                .extracting(part ->
                        part.device().id().value() + "=" + part.variant().deviceClass())
                .containsExactly("a=gpu", "b=rpi-cpu", "c=gpu");
    }

    @Test
    void refusesAnEmptyFleet() {
        assertThatThrownBy(() -> RolloutPlan.decide("lab", MODEL, List.of(), Map.of(), List.of()))
                .isInstanceOfSatisfying(ControlPlaneException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ReasonCode.FLEET_EMPTY))
                .hasMessageContaining("'lab'");
    }

    @Test
    void namesEveryClassWithoutAVariantAndWhy() {
        List<JdbiDevices.Enrolled> devices =
                List.of(device("a", "gpu"), device("b", "rpi-cpu"), device("c", "mine"), device("d", "gpu"));

        assertThatThrownBy(() -> RolloutPlan.decide(
                        "lab",
                        MODEL,
                        devices,
                        Map.of("rpi-cpu", ready("rpi-cpu")),
                        List.of(view("gpu", "REJECTED", List.of("lost 3.1 points")))))
                .isInstanceOfSatisfying(ControlPlaneException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ReasonCode.VARIANT_NOT_READY))
                .hasMessageContaining("'gpu' (REJECTED: lost 3.1 points), 'mine' (never quantized for it)");
    }

    private static JdbiDevices.Enrolled device(String id, String deviceClass) {
        return new JdbiDevices.Enrolled(new DeviceId(id), deviceClass, "lab", "hash");
    }

    private static JdbiVariants.Ready ready(String deviceClass) {
        return new JdbiVariants.Ready(JOB, deviceClass, Sha256.of(new byte[] {1}), Sha256.of(new byte[] {2}), 100, 0.9);
    }

    private static VariantView view(String deviceClass, String state, List<String> reasons) {
        return new VariantView(
                JOB,
                deviceClass,
                1,
                state,
                1,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                reasons,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                MissingNode.getInstance(),
                MissingNode.getInstance(),
                Optional.empty());
    }
}
