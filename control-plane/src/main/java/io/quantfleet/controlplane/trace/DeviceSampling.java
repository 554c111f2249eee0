package io.quantfleet.controlplane.trace;

/**
 * Whose deployments are traced, of the devices of a rollout whose trace is recorded. A rollout to ten thousand devices must
 * not make tens of thousands of spans unless that is asked for.
 *
 * @param first so many devices of each rollout, those that are asked first
 * @param ratio of the others, 0 to 1
 */
public record DeviceSampling(int first, double ratio) {
    /** @throws IllegalArgumentException if one of them is out of its range */
    public DeviceSampling {
        if (first < 0) {
            throw new IllegalArgumentException(
                    "quantfleet.tracing.devices-per-rollout is " + first + "; it must not be negative");
        }
        if (!(ratio >= 0 && ratio <= 1)) {
            throw new IllegalArgumentException("quantfleet.tracing.device-ratio is " + ratio + "; it must be 0 to 1");
        }
    }
}
