package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.model.VariantView;
import io.quantfleet.protocols.ReasonCode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether every device of a fleet can be given a model version. */
final class Readiness {
    private Readiness() {}

    /**
     * Makes sure of it.
     *
     * @param classes the device classes in the fleet
     * @param ready those that have a variant that may be rolled out
     * @param all what became of the model version for each class, to say why one can't
     * @throws ControlPlaneException {@code FLEET_EMPTY}, or {@code VARIANT_NOT_READY} naming every class without one
     */
    static void require(
            String fleet, ModelVersionId model, Collection<String> classes, Set<String> ready, List<VariantView> all) {
        if (classes.isEmpty()) {
            throw new ControlPlaneException(
                    ReasonCode.FLEET_EMPTY, "fleet '" + fleet + "' has no devices; enrol some first");
        }
        Map<String, VariantView> byClass =
                all.stream().collect(Collectors.toMap(VariantView::deviceClass, Function.identity()));
        String missing = classes.stream()
                .filter(deviceClass -> !ready.contains(deviceClass))
                .sorted()
                .map(deviceClass -> "'" + deviceClass + "' (" + standing(byClass, deviceClass) + ")")
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new ControlPlaneException(
                    ReasonCode.VARIANT_NOT_READY,
                    model + " can't be rolled out to fleet '" + fleet
                            + "': it has no READY variant for the fleet's device class " + missing);
        }
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
