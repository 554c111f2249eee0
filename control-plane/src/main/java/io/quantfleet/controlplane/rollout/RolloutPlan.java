package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.model.VariantView;
import io.quantfleet.protocols.ReasonCode;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which device of a fleet gets which variant. */
record RolloutPlan(List<Part> parts) {
    /** One device's part. */
    record Part(JdbiDevices.Enrolled device, JdbiVariants.Ready variant) {}

    RolloutPlan {
        parts = List.copyOf(parts);
    }

    /**
     * Decides who gets what.
     *
     * @param ready the variants that may be rolled out, by device class
     * @param all what became of the model version for each class, to say why one can't
     * @throws ControlPlaneException {@code FLEET_EMPTY}, or {@code VARIANT_NOT_READY} naming every class without one
     */
    static RolloutPlan decide(
            String fleet,
            ModelVersionId model,
            List<JdbiDevices.Enrolled> devices,
            Map<String, JdbiVariants.Ready> ready,
            List<VariantView> all) {
        if (devices.isEmpty()) {
            throw new ControlPlaneException(
                    ReasonCode.FLEET_EMPTY, "fleet '" + fleet + "' has no devices; enrol some first");
        }
        Map<String, VariantView> byClass =
                all.stream().collect(Collectors.toMap(VariantView::deviceClass, Function.identity()));
        String missing = devices.stream()
                .map(JdbiDevices.Enrolled::deviceClass)
                .distinct()
                .filter(deviceClass -> !ready.containsKey(deviceClass))
                .sorted()
                .map(deviceClass -> "'" + deviceClass + "' (" + standing(byClass, deviceClass) + ")")
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new ControlPlaneException(
                    ReasonCode.VARIANT_NOT_READY,
                    model + " can't be rolled out to fleet '" + fleet
                            + "': it has no READY variant for the fleet's device class " + missing);
        }
        return new RolloutPlan(devices.stream()
                .map(device -> new Part(device, require(ready, device.deviceClass())))
                .toList());
    }

    private static JdbiVariants.Ready require(Map<String, JdbiVariants.Ready> ready, String deviceClass) {
        JdbiVariants.Ready variant = ready.get(deviceClass);
        if (variant == null) {
            throw new IllegalStateException("checked above: " + deviceClass);
        }
        return variant;
    }

    private static String standing(Map<String, VariantView> byClass, String deviceClass) {
        VariantView variant = byClass.get(deviceClass);
        if (variant == null) {
            return "never quantized for it";
        }
        String reasons = String.join("; ", variant.reasons());
        return variant.state() + (reasons.isEmpty() ? "" : ": " + reasons);
    }
}
