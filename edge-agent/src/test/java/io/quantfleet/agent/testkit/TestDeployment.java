package io.quantfleet.agent.testkit;

import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.artifact.Chunker;
import io.quantfleet.protocols.delta.DeltaEncoder;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Delta;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.WhenIdle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A manifest for a device, not yet signed.
 *
 * @param chunks what it names, by the names and as the bytes that are published
 */
public record TestDeployment(Manifest manifest, Map<Sha256, byte[]> chunks) {
    public static final String DEVICE_CLASS = "rpi-cpu";
    private static final int CHUNK_BYTES = 4 << 10;

    /** A deployment of a {@link TinyModel} that passes its self-test, valid for an hour. */
    public static TestDeployment of(DeviceId device, String deploymentId, long sequence) {
        return of(device, deploymentId, sequence, 20_000, 1.0);
    }

    /** The same, with a model of a given size, and with this share of the probe set's labels right. */
    public static TestDeployment of(
            DeviceId device, String deploymentId, long sequence, int modelBytes, double rightLabels) {
        return of(
                device,
                deploymentId,
                sequence,
                TinyModel.onnx(modelBytes, 31L * device.hashCode() + sequence),
                rightLabels);
    }

    /** The same, with this model. */
    public static TestDeployment of(
            DeviceId device, String deploymentId, long sequence, byte[] model, double rightLabels) {
        Map<Sha256, byte[]> chunks = new LinkedHashMap<>();
        ChunkedArtifact variant = cut(model, chunks);
        ChunkedArtifact probes = cut(TinyModel.probeSet(rightLabels).toByteArray(), chunks);
        Instant now = Instant.now();
        Manifest manifest = Manifest.newBuilder()
                .setDeviceId(device.value())
                .setDeploymentId(deploymentId)
                .setSequence(sequence)
                .setModelName("brightest")
                .setModelVersion((int) sequence)
                .setDeviceClass(DEVICE_CLASS)
                .setFleet("lab")
                .setVariant(variant)
                .setProbeSet(probes)
                .setMinProbeAccuracy(0.9)
                .setIssuedAt(timestamp(now))
                .setExpiresAt(timestamp(now.plusSeconds(3600)))
                .build();
        return new TestDeployment(manifest, chunks);
    }

    /** The same, offering a delta from what another deployment installs. */
    public TestDeployment withDeltaFrom(TestDeployment before) {
        try {
            Path from = Files.createTempFile("from", "");
            Path to = Files.createTempFile("to", "");
            Path patch = Files.createTempFile("patch", "");
            try {
                DeltaEncoder.encode(
                        Files.write(from, before.variantContent()),
                        Files.write(to, variantContent()),
                        patch,
                        () -> false);
                return withDelta(before, Files.readAllBytes(patch));
            } finally {
                Files.delete(from);
                Files.delete(to);
                Files.delete(patch);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, offering these bytes as a delta from what another deployment installs. */
    public TestDeployment withDelta(TestDeployment before, byte[] patch) {
        Map<Sha256, byte[]> all = new LinkedHashMap<>(chunks);
        Delta delta = Delta.newBuilder()
                .setFrom(before.manifest().getVariant().getArtifact())
                .setPatch(cut(patch, all))
                .build();
        return new TestDeployment(manifest.toBuilder().setDelta(delta).build(), all);
    }

    public byte[] variantContent() {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        manifest.getVariant().getChunksList().stream()
                .map(ChunkRef::of)
                .forEach(chunk -> content.writeBytes(chunk.decode(chunks.getOrDefault(chunk.name(), new byte[0]))
                        .orElseThrow()));
        return content.toByteArray();
    }

    /** The names of the chunks of its delta. */
    public List<Sha256> deltaChunks() {
        return manifest.getDelta().getPatch().getChunksList().stream()
                .map(chunk -> ChunkRef.of(chunk).name())
                .toList();
    }

    public TestDeployment expiringAt(Instant expiry) {
        return new TestDeployment(
                manifest.toBuilder().setExpiresAt(timestamp(expiry)).build(), chunks);
    }

    public TestDeployment whenIdle(Duration quiet, Instant atLatest) {
        WhenIdle when = WhenIdle.newBuilder()
                .setQuietFor(com.google.protobuf.Duration.newBuilder().setSeconds(quiet.toSeconds()))
                .setAtLatest(timestamp(atLatest))
                .build();
        return new TestDeployment(manifest.toBuilder().setWhenIdle(when).build(), chunks);
    }

    public String variantSha256() {
        return manifest.getVariant().getArtifact().getSha256();
    }

    public long totalBytes() {
        return manifest.getVariant().getArtifact().getSize()
                + manifest.getProbeSet().getArtifact().getSize();
    }

    /** What a device without any of it fetches. */
    public long publishedBytes() {
        return chunks.values().stream().mapToLong(bytes -> bytes.length).sum();
    }

    /** What a device that has {@code other} fetches. */
    public long publishedBytesBeside(TestDeployment other) {
        return chunks.entrySet().stream()
                .filter(chunk -> !other.chunks.containsKey(chunk.getKey()))
                .mapToLong(chunk -> chunk.getValue().length)
                .sum();
    }

    private static ChunkedArtifact cut(byte[] content, Map<Sha256, byte[]> chunks) {
        try {
            return new Chunker(CHUNK_BYTES)
                    .cut(new ByteArrayInputStream(content), (chunk, bytes) -> chunks.put(chunk.name(), bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }
}
