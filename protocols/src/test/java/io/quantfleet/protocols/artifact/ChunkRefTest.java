package io.quantfleet.protocols.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkEncoding;
import io.quantfleet.protocols.v1.EncodedChunk;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkRefTest {
    private static final byte[] CONTENT = new byte[10_000];

    @Test
    void comesBackAsItWas() {
        ChunkRef.Encoded encoded = ChunkRef.encode(CONTENT);

        assertThat(encoded.published()).hasSizeLessThan(100);
        assertThat(ChunkRef.of(encoded.ref().toWire())).isEqualTo(encoded.ref());
        assertThat(encoded.ref().decode(encoded.published())).hasValue(CONTENT);
    }

    @Test
    void bytesOfAnotherHashAreNotLookedInto() {
        ChunkRef.Encoded encoded = ChunkRef.encode(CONTENT);
        byte[] tampered = encoded.published().clone();
        tampered[tampered.length - 1] ^= 1;

        assertThat(encoded.ref().decode(tampered)).isEmpty();
        assertThat(encoded.ref().decode(new byte[0])).isEmpty();
    }

    /** A manifest that was signed by mistake: what the frame holds is not what the manifest says. */
    @ParameterizedTest
    @CsvSource({"20000000, 10000", "9999, 10000", "10000, 9999"})
    void aFrameThatHoldsSomethingElseDecodesToNothing(int held, int declared) {
        byte[] bomb = Zstd.compress(new byte[held]);
        ChunkRef ref = new ChunkRef(
                new StoredArtifact(Sha256.of(new byte[declared]), declared),
                new StoredArtifact(Sha256.of(bomb), Math.min(bomb.length, declared)),
                true);

        assertThat(ref.decode(bomb)).isEmpty();
    }

    @Test
    void whatIsNoFrameDecodesToNothing() {
        byte[] noise = "not zstd at all".getBytes(StandardCharsets.UTF_8);
        ChunkRef ref = new ChunkRef(
                new StoredArtifact(Sha256.of(CONTENT), CONTENT.length),
                new StoredArtifact(Sha256.of(noise), noise.length),
                true);

        assertThat(ref.decode(noise)).isEmpty();
    }

    @Test
    void refusesSizesThatAskForMoreMemoryThanChunksMay() {
        Chunk.Builder chunk = ChunkRef.encode(CONTENT).ref().toWire().toBuilder();

        assertThatThrownBy(() -> ChunkRef.of(
                        chunk.setSize(ChunkRef.MAX_CONTENT_BYTES + 1L).build()))
                .hasMessageContaining("chunks have 1 to");
        assertThatThrownBy(() -> ChunkRef.of(chunk.setSize(-1).build())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnEncodingFromALaterVersion() {
        Chunk chunk = ChunkRef.encode(CONTENT).ref().toWire().toBuilder()
                .setEncoded(EncodedChunk.newBuilder()
                        .setEncodingValue(17)
                        .setSha256("0".repeat(64))
                        .setSize(5))
                .build();

        assertThat(chunk.getEncoded().getEncoding()).isEqualTo(ChunkEncoding.UNRECOGNIZED);
        assertThatThrownBy(() -> ChunkRef.of(chunk)).hasMessageContaining("17");
    }
}
