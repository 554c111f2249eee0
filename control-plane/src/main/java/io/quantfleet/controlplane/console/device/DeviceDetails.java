package io.quantfleet.controlplane.console.device;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One device.
 *
 * @param variantAccuracy of the active variant on the validation set, 0 to 1
 * @param selfTestAccuracy of the active variant on the device's probe set before it switched, 0 to 1
 */
public record DeviceDetails(
        String deviceId,
        String deviceClass,
        String fleet,
        Map<String, String> labels,
        String condition,
        String state,
        Optional<String> reasonCode,
        Optional<String> reason,
        boolean online,
        String agentVersion,
        String lifecycle,
        Optional<Instant> enrolledAt,
        Optional<Instant> lastSeen,
        Optional<Instant> presenceAt,
        long fetchedBytes,
        long totalBytes,
        Optional<String> activeVariantSha256,
        Optional<String> activeModelName,
        Optional<Integer> activeModelVersion,
        Optional<Long> variantBytes,
        Optional<Double> variantAccuracy,
        Optional<Double> selfTestAccuracy) {
    public DeviceDetails {
        labels = Map.copyOf(labels);
    }

    public boolean serving() {
        return activeVariantSha256.isPresent();
    }

    /** Of the bytes to fetch, those that are there; 0 to 1. */
    public double fetchedFraction() {
        return totalBytes == 0 ? 0 : Math.min(1, (double) fetchedBytes / totalBytes);
    }
}
