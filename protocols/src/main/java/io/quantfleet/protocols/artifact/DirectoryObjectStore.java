package io.quantfleet.protocols.artifact;

import io.quantfleet.protocols.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * An {@link ObjectStore} in a directory: {@code objects/ab/cd/SHA256}, and {@code tmp/} for what is being written. An
 * object appears by an atomic move once it is whole and on disk; whoever dies before leaves only a file under
 * {@code tmp/}.
 */
public final class DirectoryObjectStore implements ObjectStore {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path objects;
    private final Path temporary;

    /** Opens the store in {@code directory}, made if it isn't there. */
    public DirectoryObjectStore(Path directory) throws IOException {
        this.objects = Files.createDirectories(directory.resolve("objects"));
        this.temporary = Files.createDirectories(directory.resolve("tmp"));
    }

    @Override
    public StoredArtifact put(InputStream in) throws IOException {
        Path beside = Files.createTempFile(temporary, "put", ".part");
        try {
            StoredArtifact artifact = copy(in, beside);
            Path target = path(artifact.sha256());
            if (!Files.exists(target)) {
                Path shelf = Files.createDirectories(shelf(artifact.sha256()));
                Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
                force(shelf);
            }
            return artifact;
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    @Override
    public Optional<StoredArtifact> find(Sha256 sha256) throws IOException {
        try {
            return Optional.of(new StoredArtifact(sha256, Files.size(path(sha256))));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    @Override
    public InputStream open(Sha256 sha256) throws IOException {
        return Files.newInputStream(path(sha256));
    }

    @Override
    public boolean isWritable() {
        return Files.isWritable(objects) && Files.isWritable(temporary);
    }

    /** Where an artifact is or would be; for programs on the same machine that read it in place. */
    public Path path(Sha256 sha256) {
        return shelf(sha256).resolve(sha256.hex());
    }

    private Path shelf(Sha256 sha256) {
        return objects.resolve(sha256.hex().substring(0, 2))
                .resolve(sha256.hex().substring(2, 4));
    }

    private static StoredArtifact copy(InputStream in, Path target) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        try (FileChannel out = FileChannel.open(target, StandardOpenOption.WRITE)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, n);
                while (chunk.hasRemaining()) {
                    out.write(chunk);
                }
                size += n;
            }
            out.force(true);
        }
        return new StoredArtifact(Sha256.ofDigest(digest.digest()), size);
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
