package io.quantfleet.controlplane.console.device;

import java.time.Instant;
import java.util.Optional;

/**
 * A line of the list of devices. Latency and accuracy are those since it serves its variant.
 *
 * @param condition see {@link DeviceCondition}
 * @param accuracy of the labelled inferences, 0 to 1
 */
public record DeviceRow(
        String deviceId,
        String fleet,
        String deviceClass,
        String condition,
        String state,
        Optional<String> reason,
        Optional<String> activeModelName,
        Optional<Integer> activeModelVersion,
        Optional<Double> p50Millis,
        Optional<Double> p95Millis,
        Optional<Double> accuracy,
        Optional<Instant> lastSeen) {}
