package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.model.VariantView;
import io.quantfleet.protocols.ReasonCode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private static final ModelVersionId MODEL = new ModelVersionId("glyphs", 2);
    private static final UUID JOB = new UUID(0, 1);

    @Test
    void isFineWhereEveryClassHasAVariant() {
        assertThatCode(() -> Readiness.require(
                        "lab", MODEL, List.of("gpu", "rpi-cpu"), Set.of("gpu", "rpi-cpu", "phone-npu"), List.of()))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesAnEmptyFleet() {
        assertThatThrownBy(() -> Readiness.require("lab", MODEL, List.of(), Set.of(), List.of()))
                .isInstanceOfSatisfying(ControlPlaneException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ReasonCode.FLEET_EMPTY))
                .hasMessageContaining("'lab'");
    }

    @Test
    void namesEveryClassWithoutAVariantAndWhy() {
        assertThatThrownBy(() -> Readiness.require(
                        "lab",
                        MODEL,
                        List.of("gpu", "rpi-cpu", "mine"),
                        Set.of("rpi-cpu"),
                        List.of(view("gpu", "REJECTED", List.of("lost 3.1 points")))))
                .isInstanceOfSatisfying(ControlPlaneException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ReasonCode.VARIANT_NOT_READY))
                .hasMessageContaining("'gpu' (REJECTED: lost 3.1 points), 'mine' (never quantized for it)");
    }

    private static VariantView view(String deviceClass, String state, List<String> reasons) {
        return new VariantView(
                JOB,
                deviceClass,
                1,
                state,
                1,
                false,
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
                MissingNode.getInstance(),
                Optional.empty());
    }
}
