package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.calibration.RangeMethod;
import java.util.Map;

/**
 * Which method chooses each tensor's range.
 *
 * @param method for all tensors that are not named
 * @param exceptions by tensor, another method
 */
public record RangeChoice(RangeMethod method, Map<String, RangeMethod> exceptions) {

    public RangeChoice {
        exceptions = Map.copyOf(exceptions);
    }

    /** One method for all. */
    public static RangeChoice of(RangeMethod method) {
        return new RangeChoice(method, Map.of());
    }

    /** The method for a tensor. */
    RangeMethod methodFor(String tensor) {
        return exceptions.getOrDefault(tensor, method);
    }

    /** Whether any method reads histograms. */
    public boolean needsHistograms() {
        return method.needsHistogram() || exceptions.values().stream().anyMatch(RangeMethod::needsHistogram);
    }

    /** As reports name it. */
    public String name() {
        return exceptions.isEmpty() ? method.name() : "per-tensor";
    }
}
