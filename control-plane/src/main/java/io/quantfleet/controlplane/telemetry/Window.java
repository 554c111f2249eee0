package io.quantfleet.controlplane.telemetry;

import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** One device's figures for one interval, checked. */
record Window(
        DeviceId device,
        long number,
        Instant start,
        Instant end,
        Optional<UUID> deployment,
        Sha256 variant,
        String modelName,
        int modelVersion,
        Figures figures,
        long rssBytes,
        Optional<Double> cpuTemperature) {

    /**
     * Reads the wire form.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    static Window of(TelemetryWindow wire) {
        Instant start = instant(wire.getStart());
        Instant end = instant(wire.getEnd());
        if (!wire.hasStart() || !wire.hasEnd() || end.isBefore(start)) {
            throw new IllegalArgumentException("a window from " + start + " to " + end);
        }
        return new Window(
                new DeviceId(wire.getDeviceId()),
                wire.getWindowNumber(),
                start,
                end,
                Optional.of(wire.getDeploymentId()).filter(id -> !id.isEmpty()).map(UUID::fromString),
                new Sha256(wire.getVariantSha256()),
                wire.getModelName(),
                wire.getModelVersion(),
                new Figures(
                        1,
                        LatencyHistogram.decode(wire.getLatencyHistogram().toByteArray()),
                        wire.getInferences(),
                        wire.getRight(),
                        wire.getWrong(),
                        wire.getErrors()),
                wire.getRssBytes(),
                wire.hasCpuTemperatureCelsius() ? Optional.of(wire.getCpuTemperatureCelsius()) : Optional.empty());
    }

    private static Instant instant(Timestamp timestamp) {
        try {
            return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException("not a time: " + timestamp.getSeconds() + " s", e);
        }
    }
}
