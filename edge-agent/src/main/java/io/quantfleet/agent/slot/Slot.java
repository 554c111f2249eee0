package io.quantfleet.agent.slot;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.state.DurableFiles;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the two places. It holds a model, its probe set and the manifest that deployed them; the manifest is written
 * last, so a slot that has one is complete.
 */
public final class Slot {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

    private final String name;
    private final Path directory;

    Slot(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    String name() {
        return name;
    }

    /** The ONNX file. */
    public Path model() {
        return directory.resolve("model.onnx");
    }

    /** The probe set that came with it. */
    public Path probeSet() {
        return directory.resolve("probe-set.pb");
    }

    /** Deletes whatever is in the slot. */
    public void clear() throws IOException {
        Files.deleteIfExists(manifestFile());
        DurableFiles.deleteFilesIn(directory);
    }

    /** Says that the model and probe set in the slot are those of this manifest. */
    public void complete(SignedManifest manifest) throws IOException {
        DurableFiles.write(manifestFile(), manifest.toByteArray());
    }

    /** The manifest of what is in the slot; empty if the slot is empty or incomplete. */
    public Optional<Manifest> manifest() throws IOException {
        Optional<byte[]> signed = DurableFiles.read(manifestFile());
        if (signed.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    Manifest.parseFrom(SignedManifest.parseFrom(signed.get()).getManifest()));
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("slot has a damaged manifest slot={}: {}", name, e.getMessage());
            return Optional.empty();
        }
    }

    /** Whether the files are, bit by bit, the chunks that the manifest lists. */
    public boolean holds(Manifest manifest) throws IOException {
        return matches(model(), manifest.getVariant()) && matches(probeSet(), manifest.getProbeSet());
    }

    private static boolean matches(Path file, ChunkedArtifact artifact) throws IOException {
        if (!Files.isRegularFile(file)
                || Files.size(file) != artifact.getArtifact().getSize()) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (Chunk chunk : artifact.getChunksList()) {
                if (!next(in, chunk.getSize(), buffer).hex().equals(chunk.getSha256())) {
                    return false;
                }
            }
            return in.read() < 0;
        }
    }

    /** The hash of the next so many bytes, or of what is left. */
    private static Sha256 next(InputStream in, long bytes, byte[] buffer) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        long left = bytes;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                break;
            }
            digest.update(buffer, 0, read);
            left -= read;
        }
        return Sha256.ofDigest(digest.digest());
    }

    private Path manifestFile() {
        return directory.resolve("manifest");
    }

    @Override
    public String toString() {
        return name;
    }
}
