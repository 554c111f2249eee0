package io.quantfleet.protocols.artifact;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Cuts an artifact into chunks of one size, the last one shorter, each named by its SHA-256. */
public final class Chunker {
    /** What brokers take by default and what keeps the number of topics small: 256 KiB. */
    public static final int DEFAULT_CHUNK_BYTES = 256 << 10;

    private final int chunkBytes;

    /** @param chunkBytes the size of every chunk but the last */
    public Chunker(int chunkBytes) {
        if (chunkBytes <= 0) {
            throw new IllegalArgumentException("a chunk's size must be positive: " + chunkBytes);
        }
        this.chunkBytes = chunkBytes;
    }

    /** Takes each chunk as it is cut. */
    @FunctionalInterface
    public interface ChunkSink {
        /** @param content the chunk's bytes, for the sink to keep */
        void accept(StoredArtifact chunk, byte[] content) throws IOException;
    }

    /**
     * Cuts everything left in {@code in}, one chunk in memory at a time.
     *
     * @throws IOException if reading fails, the sink fails, or there is nothing to cut
     */
    public ChunkedArtifact cut(InputStream in, ChunkSink sink) throws IOException {
        ChunkedArtifact.Builder artifact = ChunkedArtifact.newBuilder();
        MessageDigest whole = Sha256.newDigest();
        long size = 0;
        for (byte[] content = in.readNBytes(chunkBytes); content.length > 0; content = in.readNBytes(chunkBytes)) {
            StoredArtifact chunk = new StoredArtifact(Sha256.of(content), content.length);
            whole.update(content);
            size += content.length;
            artifact.addChunks(chunk.toRef());
            sink.accept(chunk, content);
        }
        if (size == 0) {
            throw new IOException("an empty artifact has no chunks");
        }
        return artifact.setArtifact(new StoredArtifact(Sha256.ofDigest(whole.digest()), size).toRef())
                .build();
    }

    /** Cuts without keeping the chunks: their names and sizes only. */
    public ChunkedArtifact cut(InputStream in) throws IOException {
        return cut(in, (chunk, content) -> {});
    }
}
