package io.quantfleet.agent.apply;

import io.quantfleet.agent.state.DurableFiles;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The pieces of the artifacts under way, each in a file named by the hash of its content. A file that is there is whole and right, so
 * fetching goes on where it was after any interruption. For the apply thread.
 */
final class ChunkDirectory {
    private final Path directory;

    ChunkDirectory(Path directory) {
        this.directory = directory;
    }

    boolean has(Sha256 chunk) {
        return Files.exists(directory.resolve(chunk.hex()));
    }

    /** Stores a chunk whose hash has been checked. */
    void store(Sha256 chunk, byte[] content) throws IOException {
        DurableFiles.write(directory.resolve(chunk.hex()), content);
    }

    /** Deletes every other chunk, and what a crash left half-written. */
    void retainOnly(Set<Sha256> wanted) throws IOException {
        Set<String> names = Set.copyOf(wanted.stream().map(Sha256::hex).toList());
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (!names.contains(file.getFileName().toString())) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /**
     * Concatenates an artifact's chunks into a file and forces it to disk.
     *
     * @return the hash of the whole
     */
    Sha256 assemble(ChunkedArtifact artifact, Path target) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        try (FileChannel channel = FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
            for (Chunk chunk : artifact.getChunksList()) {
                Files.copy(directory.resolve(chunk.getSha256()), out);
            }
            channel.force(true);
        }
        return Sha256.ofDigest(digest.digest());
    }
}
