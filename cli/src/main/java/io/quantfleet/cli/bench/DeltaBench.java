package io.quantfleet.cli.bench;

import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.artifact.Chunker;
import io.quantfleet.protocols.artifact.OnnxLayout;
import io.quantfleet.protocols.delta.DeltaDecoder;
import io.quantfleet.protocols.delta.DeltaEncoder;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.DeltaMethod;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Measures what a device that serves one version fetches of the next: as the control plane cuts and compares them. */
final class DeltaBench {
    private static final int LAYERS = 20;
    private static final int LAYER_IN_THE_MIDDLE = 9;

    /**
     * One change.
     *
     * @param fullBytes the size of the new version
     * @param deltaBytes what the device fetches: the patch, or the chunks that it lacks where they are fewer bytes
     * @param patchBytes the smaller delta, as it is published
     * @param chunkBytes the chunks that changed, as they are published
     * @param method of the delta
     */
    record Row(
            String change,
            long fullBytes,
            long deltaBytes,
            long patchBytes,
            long chunkBytes,
            String method,
            double seconds) {}

    private final Path directory;
    private final SyntheticModel before;
    private final long seed;

    /** @param modelBytes about the size of the model */
    DeltaBench(Path directory, int modelBytes, long seed) {
        this.directory = directory;
        this.seed = seed;
        this.before = SyntheticModel.of(LAYERS, modelBytes / LAYERS, new Random(seed));
    }

    /** The changes that are measured, by name. */
    Map<String, SyntheticModel> changes() {
        Random random = new Random(seed + 1);
        Map<String, SyntheticModel> changes = new LinkedHashMap<>();
        changes.put("1 % of the weights by one", before.nudged(0.01, random));
        changes.put("5 % of the weights by one", before.nudged(0.05, random));
        changes.put("20 % of the weights by one", before.nudged(0.20, random));
        changes.put("one tensor of twenty", before.withNewLayer(LAYER_IN_THE_MIDDLE, random));
        changes.put("a layer appended", before.withLayerAppended(random));
        changes.put("another calibration", before.calibratedAnew(random));
        return changes;
    }

    Row measure(String change, SyntheticModel next) throws IOException {
        byte[] to = next.bytes();
        Path fromFile = Files.write(directory.resolve("from.onnx"), before.bytes());
        Path toFile = Files.write(directory.resolve("to.onnx"), to);
        Path patchFile = directory.resolve("patch");
        long start = System.nanoTime();
        DeltaMethod method = DeltaEncoder.encode(fromFile, toFile, patchFile, () -> false);
        double seconds = (System.nanoTime() - start) / 1e9;
        byte[] patch = Files.readAllBytes(patchFile);
        ByteArrayOutputStream applied = new ByteArrayOutputStream();
        DeltaDecoder.apply(fromFile, new ByteArrayInputStream(patch), to.length, applied);
        if (!Arrays.equals(applied.toByteArray(), to)) {
            throw new IllegalStateException("the delta for '" + change + "' makes something else");
        }
        Set<String> atHand = cut(before.bytes()).getChunksList().stream()
                .map(chunk -> chunk.getSha256())
                .collect(Collectors.toSet());
        long chunkBytes = cut(to).getChunksList().stream()
                .filter(chunk -> !atHand.contains(chunk.getSha256()))
                .mapToLong(chunk -> ChunkRef.of(chunk).published().size())
                .sum();
        long patchBytes = cut(patch).getChunksList().stream()
                .mapToLong(chunk -> ChunkRef.of(chunk).published().size())
                .sum();
        String name = method.name().replace("DELTA_METHOD_", "").toLowerCase(Locale.ROOT);
        return new Row(change, to.length, Math.min(patchBytes, chunkBytes), patchBytes, chunkBytes, name, seconds);
    }

    private static ChunkedArtifact cut(byte[] content) throws IOException {
        return new Chunker(Chunker.DEFAULT_CHUNK_BYTES)
                .cut(
                        OnnxLayout.read(new ByteArrayInputStream(content)),
                        new ByteArrayInputStream(content),
                        (chunk, bytes) -> {});
    }
}
