package io.quantfleet.controlplane.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
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
    private static final int UUID_BYTES = 16;

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
        boolean inText =
                switch (wire.getFormat()) {
                    case 0, 1 -> true;
                    case 2 -> false;
                    default ->
                        throw new IllegalArgumentException(
                                "format " + wire.getFormat()
                                        + "; formats 1 and 2 are read here: bring the control plane up to date before the agents");
                };
        return new Window(
                new DeviceId(wire.getDeviceId()),
                wire.getWindowNumber(),
                start,
                end,
                deployment(wire),
                new Sha256(
                        inText
                                ? wire.getVariantSha256()
                                : HexFormat.of().formatHex(wire.getVariant().toByteArray())),
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

    private static Optional<UUID> deployment(TelemetryWindow wire) {
        ByteString bytes = wire.getDeployment();
        if (bytes.isEmpty()) {
            return Optional.of(wire.getDeploymentId())
                    .filter(id -> !id.isEmpty())
                    .map(UUID::fromString);
        }
        if (bytes.size() != UUID_BYTES) {
            throw new IllegalArgumentException("a deployment of " + bytes.size() + " bytes; a UUID has 16");
        }
        ByteBuffer id = bytes.asReadOnlyByteBuffer();
        return Optional.of(new UUID(id.getLong(), id.getLong()));
    }

    private static Instant instant(Timestamp timestamp) {
        try {
            return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException("not a time: " + timestamp.getSeconds() + " s", e);
        }
    }
}
