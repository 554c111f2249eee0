package io.quantfleet.controlplane.console.device;

import java.time.Instant;
import java.util.Optional;

/** A device's newest telemetry window. */
public record WindowRow(
        long windowNumber,
        Instant endAt,
        Optional<Double> p50Millis,
        Optional<Double> p95Millis,
        Optional<Double> accuracy,
        long inferences,
        long errors,
        long rssBytes,
        Optional<Double> cpuTemperatureCelsius) {}
