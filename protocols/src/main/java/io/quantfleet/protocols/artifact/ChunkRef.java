package io.quantfleet.protocols.artifact;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkEncoding;
import io.quantfleet.protocols.v1.EncodedChunk;
import java.util.Optional;

/**
 * A chunk's names and sizes. Its content has one name, what is published of it may have another; where it is published as
 * it is the two are the same. What comes from the network is checked against the published name before anything
 * looks into it, and against the content's name after decoding.
 *
 * @param content the hash and size of the content
 * @param published the hash and size of the bytes on the topic; the topic is named by that hash
 * @param encoded whether the published bytes are a zstd frame of the content
 */
public record ChunkRef(StoredArtifact content, StoredArtifact published, boolean encoded) {
    /** No chunk holds more, whatever a manifest says: it bounds the memory that decoding takes. */
    public static final int MAX_CONTENT_BYTES = 1 << 20;

    /** Compressing has to save at least one byte in so many; less isn't worth a device's decoding. */
    private static final int WORTHWHILE = 32;

    private static final int ZSTD_LEVEL = 12;

    public ChunkRef {
        if (content.size() <= 0 || content.size() > MAX_CONTENT_BYTES) {
            throw new IllegalArgumentException("chunk " + content.sha256() + " has " + content.size()
                    + " bytes; chunks have 1 to " + MAX_CONTENT_BYTES);
        }
        if (published.size() <= 0 || published.size() > content.size()) {
            throw new IllegalArgumentException("chunk " + content.sha256() + " of " + content.size()
                    + " bytes is published as " + published.size() + " bytes; encoding never makes it longer");
        }
        if (!encoded && !published.equals(content)) {
            throw new IllegalArgumentException("chunk " + content.sha256() + " has two names and no encoding");
        }
    }

    /**
     * Reads the wire form.
     *
     * @throws IllegalArgumentException if it names no chunk that this program can decode
     */
    public static ChunkRef of(Chunk chunk) {
        StoredArtifact content = new StoredArtifact(new Sha256(chunk.getSha256()), chunk.getSize());
        if (!chunk.hasEncoded()) {
            return new ChunkRef(content, content, false);
        }
        EncodedChunk encoded = chunk.getEncoded();
        if (encoded.getEncoding() != ChunkEncoding.CHUNK_ENCODING_ZSTD) {
            throw new IllegalArgumentException(
                    "chunk " + content.sha256() + " has an encoding that is not known: " + encoded.getEncodingValue());
        }
        return new ChunkRef(content, new StoredArtifact(new Sha256(encoded.getSha256()), encoded.getSize()), true);
    }

    /** The wire form. */
    public Chunk toWire() {
        Chunk.Builder chunk =
                Chunk.newBuilder().setSha256(content.sha256().hex()).setSize(content.size());
        if (encoded) {
            chunk.setEncoded(EncodedChunk.newBuilder()
                    .setEncoding(ChunkEncoding.CHUNK_ENCODING_ZSTD)
                    .setSha256(published.sha256().hex())
                    .setSize(published.size()));
        }
        return chunk.build();
    }

    /** A chunk's reference with its bytes as they are to be published. */
    public static final class Encoded {
        private final ChunkRef ref;
        private final byte[] published;

        private Encoded(ChunkRef ref, byte[] published) {
            this.ref = ref;
            this.published = published;
        }

        public ChunkRef ref() {
            return ref;
        }

        /** For the caller to keep. */
        public byte[] published() {
            return published;
        }
    }

    /** Compresses {@code content} if that helps. */
    public static Encoded encode(byte[] content) {
        StoredArtifact plain = new StoredArtifact(Sha256.of(content), content.length);
        byte[] compressed = Zstd.compress(content, ZSTD_LEVEL);
        if (compressed.length > content.length - Math.max(1, content.length / WORTHWHILE)) {
            return new Encoded(new ChunkRef(plain, plain, false), content);
        }
        StoredArtifact published = new StoredArtifact(Sha256.of(compressed), compressed.length);
        return new Encoded(new ChunkRef(plain, published, true), compressed);
    }

    /** The published name: that of the topic. */
    public Sha256 name() {
        return published.sha256();
    }

    /** Whether these are the bytes that are published under this chunk's name. */
    public boolean isPublishedAs(byte[] bytes) {
        return bytes.length == published.size() && Sha256.of(bytes).equals(name());
    }

    /**
     * The content of published bytes; empty if they are not this chunk's. Takes no more memory than the content's size,
     * whatever the bytes are.
     */
    public Optional<byte[]> decode(byte[] bytes) {
        if (!isPublishedAs(bytes)) {
            return Optional.empty();
        }
        if (!encoded) {
            return Optional.of(bytes);
        }
        byte[] decoded = new byte[Math.toIntExact(content.size())];
        try {
            long size = Zstd.decompressByteArray(decoded, 0, decoded.length, bytes, 0, bytes.length);
            boolean right = size == decoded.length && Sha256.of(decoded).equals(content.sha256());
            return right ? Optional.of(decoded) : Optional.empty();
        } catch (ZstdException e) {
            return Optional.empty();
        }
    }
}
