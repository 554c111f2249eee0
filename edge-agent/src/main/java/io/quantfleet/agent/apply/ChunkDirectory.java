package io.quantfleet.agent.apply;

import io.quantfleet.agent.state.DurableFiles;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.delta.DeltaDecoder;
import io.quantfleet.protocols.v1.ArtifactRef;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    private static final int BUFFER_BYTES = 64 << 10;

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
     * Makes an artifact of another one and a patch whose chunks are all here, and keeps it in one piece. Killed meanwhile,
     * it leaves a file that {@link #retainOnly} deletes.
     *
     * @throws IOException if the patch can't be applied, or something else comes out
     */
    void patch(Path from, ChunkedArtifact patch, ArtifactRef to) throws IOException {
        Path beside = directory.resolve(to.getSha256() + ".part");
        MessageDigest digest = Sha256.newDigest();
        try (InputStream in = contents(patch);
                FileChannel channel = open(beside);
                OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
            DeltaDecoder.apply(from, in, to.getSize(), out);
            channel.force(true);
        }
        Sha256 made = Sha256.ofDigest(digest.digest());
        if (!made.hex().equals(to.getSha256())) {
            throw new IOException("the delta makes " + made + ", not " + to.getSha256());
        }
        Files.move(beside, directory.resolve(to.getSha256()), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Puts an artifact together from its chunks, or takes it whole where it is in one piece already, and forces it to
     * disk.
     *
     * @return the hash of the whole
     */
    Sha256 assemble(ChunkedArtifact artifact, Path target) throws IOException {
        Path whole = directory.resolve(artifact.getArtifact().getSha256());
        MessageDigest digest = Sha256.newDigest();
        try (InputStream in = Files.exists(whole) ? Files.newInputStream(whole) : contents(artifact);
                FileChannel channel = open(target);
                OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
            channel.force(true);
        }
        return Sha256.ofDigest(digest.digest());
    }

    private InputStream contents(ChunkedArtifact artifact) {
        return new ConcatenatedFiles(artifact.getChunksList().stream()
                .map(chunk -> directory.resolve(chunk.getSha256()))
                .toList());
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }
}
