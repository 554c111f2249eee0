package io.quantfleet.protocols.artifact;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Cuts an artifact so that what two versions have in common comes out as the same chunks: where large tensors begin and
 * end, and inside them and everywhere else where the content says so ({@link FastCdc}). What lies between large
 * tensors is cut together, and with the next one if it is little. The same bytes and the same layout always give the same chunks. Safe for use by several
 * threads.
 */
public final class Chunker {
    /**
     * What keeps the number of topics and messages small and, with the rest of its packet, within the 1 MiB that the strictest
     * of the usual brokers take by default: 1,020 KiB, and half of it on average.
     */
    public static final int DEFAULT_CHUNK_BYTES = 1020 << 10;

    /** A tensor of a smaller share of a chunk is cut together with what lies around it. */
    private static final int LARGE_TENSOR_SHARE = 8;

    /** What lies between two large tensors has a chunk of its own, unless it is a smaller share of one. */
    private static final int GAP_SHARE = 64;

    private final int maxBytes;
    private final FastCdc content;

    /** @param maxBytes the size of no chunk is above it */
    public Chunker(int maxBytes) {
        if (maxBytes <= 0 || maxBytes > ChunkRef.MAX_CONTENT_BYTES) {
            throw new IllegalArgumentException(
                    "a chunk has 1 to " + ChunkRef.MAX_CONTENT_BYTES + " bytes, not " + maxBytes);
        }
        this.maxBytes = maxBytes;
        this.content = new FastCdc(maxBytes);
    }

    /** Takes each chunk as it is cut. */
    @FunctionalInterface
    public interface ChunkSink {
        /** @param published the chunk's bytes as they are published, for the sink to keep */
        void accept(ChunkRef chunk, byte[] published) throws IOException;
    }

    /**
     * Cuts everything left in {@code in}, one chunk in memory at a time.
     *
     * @param layout of {@code in}, which stands at its beginning
     * @throws IOException if reading fails, the sink fails, or there is nothing to cut
     */
    public ChunkedArtifact cut(Layout layout, InputStream in, ChunkSink sink) throws IOException {
        Cutting cutting = new Cutting(sink);
        long at = 0;
        for (Layout.Tensor tensor : layout.tensors()) {
            if (tensor.size() < Math.max(1, maxBytes / LARGE_TENSOR_SHARE)) {
                continue;
            }
            if (tensor.start() - at >= maxBytes / GAP_SHARE) {
                cutting.section(in, tensor.start() - at);
                at = tensor.start();
            }
            cutting.section(in, tensor.end() - at);
            at = tensor.end();
        }
        cutting.section(in, Long.MAX_VALUE);
        return cutting.finish();
    }

    /** Cuts by content alone. */
    public ChunkedArtifact cut(InputStream in, ChunkSink sink) throws IOException {
        return cut(Layout.UNKNOWN, in, sink);
    }

    /** One artifact on its way through. */
    private final class Cutting {
        private final ChunkedArtifact.Builder artifact = ChunkedArtifact.newBuilder();
        private final MessageDigest whole = Sha256.newDigest();
        private final MessageDigest asPublished = Sha256.newDigest();
        private final byte[] buffer = new byte[maxBytes];
        private final ChunkSink sink;
        private long size;
        private long publishedSize;
        private boolean encoded;

        Cutting(ChunkSink sink) {
            this.sink = sink;
        }

        /** Cuts the next {@code bytes} bytes, or what is left; a chunk never reaches over its end. */
        void section(InputStream in, long bytes) throws IOException {
            long unread = bytes;
            int held = 0;
            while (true) {
                int wanted = (int) Math.min(maxBytes - held, unread);
                int read = in.readNBytes(buffer, held, wanted);
                unread -= read;
                held += read;
                if (held == 0) {
                    return;
                }
                int length = bytes <= maxBytes ? held : content.cut(buffer, held);
                emit(Arrays.copyOf(buffer, length));
                held -= length;
                System.arraycopy(buffer, length, buffer, 0, held);
            }
        }

        private void emit(byte[] chunk) throws IOException {
            ChunkRef.Encoded published = ChunkRef.encode(chunk);
            whole.update(chunk);
            asPublished.update(published.published());
            size += chunk.length;
            publishedSize += published.published().length;
            encoded |= published.ref().encoded();
            artifact.addChunks(published.ref().toWire());
            sink.accept(published.ref(), published.published());
        }

        ChunkedArtifact finish() throws IOException {
            if (size == 0) {
                throw new IOException("an empty artifact has no chunks");
            }
            artifact.setArtifact(new StoredArtifact(Sha256.ofDigest(whole.digest()), size).toRef());
            if (encoded) {
                artifact.setPublished(new StoredArtifact(Sha256.ofDigest(asPublished.digest()), publishedSize).toRef());
            }
            return artifact.build();
        }
    }
}
