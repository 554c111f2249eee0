package io.quantfleet.cli.client;

import org.jspecify.annotations.Nullable;

/** A device as the control plane knows it; {@code accuracy} is a fraction, latencies are milliseconds. */
public record Device(
        String deviceId,
        String deviceClass,
        String fleet,
        boolean online,
        String state,
        @Nullable String reason,
        @Nullable String activeVariantSha256,
        long fetchedBytes,
        long telemetryWindows,
        @Nullable Latency latencyMs,
        @Nullable Double accuracy) {
    /** Percentiles in milliseconds. */
    public record Latency(double p50, double p95) {}
}
