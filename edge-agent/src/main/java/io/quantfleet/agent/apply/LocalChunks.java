package io.quantfleet.agent.apply;

import io.quantfleet.agent.slot.Slot;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds chunks in the artifacts that a slot holds: what the device already has it does not fetch. */
final class LocalChunks {
    private static final Logger LOG = LoggerFactory.getLogger(LocalChunks.class);

    private LocalChunks() {}

    /** The chunks that the slot's artifacts contain, if they are undamaged. */
    static Set<Sha256> names(Slot slot) throws IOException {
        Optional<Manifest> manifest = slot.manifest();
        return manifest.map(installed -> Assignment.chunks(installed.getVariant(), installed.getProbeSet())
                        .keySet())
                .orElseGet(Set::of);
    }

    /** Copies the wanted chunks that the slot's artifacts contain into the chunk directory. */
    static void copy(Slot from, Iterable<Sha256> wanted, ChunkDirectory to) throws IOException {
        Optional<Manifest> manifest = from.manifest();
        if (manifest.isEmpty()) {
            return;
        }
        for (Sha256 chunk : wanted) {
            if (!copy(from.model(), manifest.get().getVariant(), chunk, to)) {
                copy(from.probeSet(), manifest.get().getProbeSet(), chunk, to);
            }
        }
    }

    private static boolean copy(Path file, ChunkedArtifact artifact, Sha256 wanted, ChunkDirectory to)
            throws IOException {
        long offset = 0;
        for (Chunk chunk : artifact.getChunksList()) {
            if (chunk.getSha256().equals(wanted.hex())) {
                Optional<byte[]> content = read(file, offset, Math.toIntExact(chunk.getSize()));
                if (content.filter(bytes -> Sha256.of(bytes).equals(wanted)).isPresent()) {
                    to.store(wanted, content.get());
                    return true;
                }
            }
            offset += chunk.getSize();
        }
        return false;
    }

    /** Empty if the file is damaged: the chunk is fetched then. */
    private static Optional<byte[]> read(Path file, long offset, int size) {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            byte[] content = Channels.newInputStream(channel.position(offset)).readNBytes(size);
            return Optional.of(content);
        } catch (IOException e) {
            LOG.warn("an installed artifact can't be read file={}: {}", file, e.toString());
            return Optional.empty();
        }
    }
}
