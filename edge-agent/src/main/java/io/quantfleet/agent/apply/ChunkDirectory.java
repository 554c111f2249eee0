package io.quantfleet.agent.apply;

import io.quantfleet.agent.state.DurableFiles;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.delta.DeltaDecoder;
import io.quantfleet.protocols.v1.ArtifactRef;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pieces of the artifacts under way, each in a file named by the hash of its content, so that fetching goes on where
 * it was after any interruption. A piece counts once this process has hashed it: before it was written, or, where it was
 * written before a restart, when stock is taken. An artifact that is put together of such pieces is therefore what the
 * signed list of its pieces says, and is not hashed a second time; see
 * {@code docs/decisions/0025-every-byte-is-hashed-once.md}. For the apply thread.
 */
final class ChunkDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkDirectory.class);

    private final Path directory;
    private final Set<Sha256> verified = new HashSet<>();

    ChunkDirectory(Path directory) {
        this.directory = directory;
    }

    boolean has(Sha256 chunk) {
        return verified.contains(chunk);
    }

    /** Stores a chunk whose hash has been checked. */
    void store(Sha256 chunk, byte[] content) throws IOException {
        DurableFiles.write(directory.resolve(chunk.hex()), content);
        verified.add(chunk);
    }

    /** Deletes every other chunk, what a crash left half-written, and what is damaged of what was there before it. */
    void retainOnly(Set<Sha256> wanted) throws IOException {
        verified.retainAll(wanted);
        Map<String, Sha256> names = wanted.stream().collect(Collectors.toMap(Sha256::hex, Function.identity()));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Optional<Sha256> name =
                        Optional.ofNullable(names.get(file.getFileName().toString()));
                if (name.isEmpty() || !isIntact(name.get(), file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private boolean isIntact(Sha256 name, Path file) {
        if (verified.contains(name)) {
            return true;
        }
        try {
            if (Sha256.of(file).equals(name)) {
                verified.add(name);
                return true;
            }
            LOG.warn("a chunk was damaged on disk and is fetched again chunk={}", name);
        } catch (IOException e) {
            LOG.warn("a chunk can't be read and is fetched again chunk={}: {}", name, e.toString());
        }
        return false;
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
        verified.add(made);
    }

    /**
     * Puts an artifact together from its chunks, or takes it whole where it is in one piece already, and forces it to
     * disk.
     *
     * @throws IOException if a piece is not there, or is not as long as it was when it was hashed
     */
    void assemble(ChunkedArtifact artifact, Path target) throws IOException {
        Sha256 whole = new Sha256(artifact.getArtifact().getSha256());
        try (FileChannel out = open(target)) {
            for (Sha256 piece : has(whole) ? List.of(whole) : chunks(artifact)) {
                append(piece, out);
            }
            long size = artifact.getArtifact().getSize();
            if (out.position() != size) {
                throw new IOException("the pieces of " + whole + " are " + out.position() + " bytes, not " + size);
            }
            out.force(true);
        }
    }

    private void append(Sha256 piece, FileChannel out) throws IOException {
        if (!has(piece)) {
            throw new NoSuchFileException(piece.hex(), null, "the chunk is not there");
        }
        try (FileChannel in = FileChannel.open(directory.resolve(piece.hex()), StandardOpenOption.READ)) {
            long size = in.size();
            for (long at = 0; at < size; ) {
                long moved = in.transferTo(at, size - at, out);
                if (moved <= 0) {
                    throw new EOFException("chunk " + piece + " ends after " + at + " of " + size + " bytes");
                }
                at += moved;
            }
        }
    }

    private static List<Sha256> chunks(ChunkedArtifact artifact) {
        return artifact.getChunksList().stream()
                .map(chunk -> new Sha256(chunk.getSha256()))
                .toList();
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
