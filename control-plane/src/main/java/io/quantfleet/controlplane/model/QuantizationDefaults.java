package io.quantfleet.controlplane.model;

/**
 * What jobs get where nobody said.
 *
 * @param maxLossPoints percentage points of accuracy that a variant may lose against FP32
 * @param probeSamples the size of the probe set that travels with a variant
 */
public record QuantizationDefaults(double maxLossPoints, int probeSamples) {
    public QuantizationDefaults {
        if (!(maxLossPoints >= 0 && maxLossPoints <= 100)) {
            throw new IllegalArgumentException(
                    "quantfleet.accuracy.max-loss-points is " + maxLossPoints + "; it must be from 0 to 100");
        }
        if (probeSamples < 1) {
            throw new IllegalArgumentException(
                    "quantfleet.probe.samples is " + probeSamples + "; it must be at least 1");
        }
    }
}
