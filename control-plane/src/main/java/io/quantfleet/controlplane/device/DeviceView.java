package io.quantfleet.controlplane.device;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A device as REST shows it.
 *
 * @param state of the device's latest desired state, a {@code DeviceState} without its prefix
 * @param lifecycle a {@link Lifecycle}
 * @param registeredAt when it was first heard of, by an import or by its enrolment
 * @param decommissionedAt when it was last taken out of service, even if it has come back since
 * @param fetchedBytes over the network, for that desired state
 * @param telemetryWindows received for the variant it serves
 * @param latencyMs of one inference, over those windows
 * @param accuracy on the probe set, 0 to 1, over those windows
 */
@Schema(name = "Device")
public record DeviceView(
        String deviceId,
        String deviceClass,
        String fleet,
        Map<String, String> labels,
        boolean online,
        String state,
        Optional<String> reasonCode,
        Optional<String> reason,
        Optional<String> activeVariantSha256,
        Optional<String> modelName,
        Optional<Integer> modelVersion,
        long fetchedBytes,
        long totalBytes,
        String agentVersion,
        String lifecycle,
        Instant registeredAt,
        Optional<Instant> enrolledAt,
        Optional<Instant> decommissionedAt,
        Optional<Instant> lastSeen,
        long telemetryWindows,
        Optional<Latency> latencyMs,
        Optional<Double> accuracy) {

    public DeviceView {
        labels = Map.copyOf(labels);
    }

    /** Percentiles in milliseconds. */
    @Schema(name = "DeviceLatency")
    public record Latency(double p50, double p95) {}
}
