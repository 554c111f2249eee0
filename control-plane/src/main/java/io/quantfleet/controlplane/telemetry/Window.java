package io.quantfleet.controlplane.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.latency.LatencyHistogram;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.TelemetryWindow;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * One device's figures for one interval, checked.
 *
 * @param series what the number counts in; 0 for windows of format 1, which name none
 * @param start by the device's clock, as {@code end}
 * @param received when the control plane had it
 */
record Window(
        DeviceId device,
        long series,
        long number,
        Instant start,
        Instant end,
        Optional<UUID> deployment,
        Sha256 variant,
        String modelName,
        int modelVersion,
        Figures figures,
        Board board,
        Instant received) {
    private static final int UUID_BYTES = 16;

    /** A clock may be ahead by as much. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    /**
     * What the board said of itself; absent what it can't measure.
     *
     * @param rssBytes resident memory of the agent
     * @param cpuPermille of all processors, used by all programs
     */
    record Board(
            long rssBytes,
            Optional<Long> availableBytes,
            Optional<Double> cpuTemperature,
            Optional<Integer> cpuPermille,
            Optional<Integer> batteryPercent) {
        static Board of(TelemetryWindow wire) {
            return new Board(
                    wire.getRssBytes(),
                    wire.hasMemoryAvailableBytes() ? Optional.of(wire.getMemoryAvailableBytes()) : Optional.empty(),
                    wire.hasCpuTemperatureCelsius() ? Optional.of(wire.getCpuTemperatureCelsius()) : Optional.empty(),
                    wire.hasCpuPermille() ? Optional.of(wire.getCpuPermille()) : Optional.empty(),
                    wire.hasBatteryPercent() ? Optional.of(wire.getBatteryPercent()) : Optional.empty());
        }
    }

    /**
     * Reads the wire form.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    static Window of(TelemetryWindowReceived event) {
        TelemetryWindow wire = event.getWindow();
        Instant received = instant(event.getReceivedAt());
        if (wire.getWindowNumber() < 0 || wire.getWindowNumber() == Long.MAX_VALUE) {
            throw new IllegalArgumentException("a window number above 2^63");
        }
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
                inText ? 0 : wire.getSeries(),
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
                        counts(wire),
                        LatencyHistogram.decode(wire.getLatencyHistogram().toByteArray()),
                        Distributions.of(wire)),
                Board.of(wire),
                received);
    }

    private static Counts counts(TelemetryWindow wire) {
        return new Counts(
                1,
                wire.getInferences(),
                wire.getRight(),
                wire.getWrong(),
                wire.getErrors(),
                wire.getRequests(),
                wire.getFeedbackRight(),
                wire.getFeedbackWrong());
    }

    /** The time whose figures these are: its end, or, where the device's clock is ahead, when it was received. */
    Instant countedAt() {
        return end.isAfter(received.plus(AHEAD)) ? received : end;
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
