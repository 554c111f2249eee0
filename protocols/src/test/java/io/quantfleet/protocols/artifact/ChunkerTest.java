package io.quantfleet.protocols.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkerTest {
    @ParameterizedTest
    @CsvSource({"1,1,1", "10,1,10", "11,2,1", "20,2,10", "25,3,5"})
    void theChunksMakeTheWhole(int size, int expectedChunks, int lastSize) throws Exception {
        byte[] content = new byte[size];
        new Random(1).nextBytes(content);
        ByteArrayOutputStream joined = new ByteArrayOutputStream();

        ChunkedArtifact cut = new Chunker(10).cut(new ByteArrayInputStream(content), (chunk, bytes) -> {
            assertThat(chunk.sha256()).isEqualTo(Sha256.of(bytes));
            joined.write(bytes);
        });

        assertThat(joined.toByteArray()).isEqualTo(content);
        assertThat(StoredArtifact.of(cut.getArtifact())).isEqualTo(new StoredArtifact(Sha256.of(content), size));
        assertThat(cut.getChunksCount()).isEqualTo(expectedChunks);
        assertThat(cut.getChunks(expectedChunks - 1).getSize()).isEqualTo(lastSize);
    }

    @Test
    void refusesNothing() {
        assertThatThrownBy(() -> new Chunker(10).cut(new ByteArrayInputStream(new byte[0])))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty");
    }
}
