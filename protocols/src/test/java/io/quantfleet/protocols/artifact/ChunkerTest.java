package io.quantfleet.protocols.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkerTest {
    private static final int MAX = 16 << 10;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, MAX / 8, MAX - 1, MAX, MAX + 1, 10 * MAX + 7})
    void theChunksMakeTheWhole(int size) throws Exception {
        byte[] content = random(size, 1);
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        ByteArrayOutputStream published = new ByteArrayOutputStream();

        ChunkedArtifact cut = new Chunker(MAX).cut(new ByteArrayInputStream(content), (chunk, bytes) -> {
            joined.write(chunk.decode(bytes).orElseThrow());
            published.write(bytes);
            assertThat(chunk.content().size()).isLessThanOrEqualTo(MAX);
        });

        assertThat(joined.toByteArray()).isEqualTo(content);
        assertThat(StoredArtifact.of(cut.getArtifact())).isEqualTo(new StoredArtifact(Sha256.of(content), size));
        assertThat(cut.hasPublished()).as("random bytes can't be compressed").isFalse();
        assertThat(published.toByteArray()).isEqualTo(content);
    }

    @Test
    void aChunkIsCompressedWhereThatHelpsAndSaysSo() {
        byte[] content = new byte[3 * MAX];
        System.arraycopy(random(MAX, 1), 0, content, 0, MAX);
        ByteArrayOutputStream published = new ByteArrayOutputStream();

        ChunkedArtifact cut = cut(Layout.UNKNOWN, content, published);

        assertThat(cut.getChunksList()).anyMatch(Chunk::hasEncoded).anyMatch(chunk -> !chunk.hasEncoded());
        assertThat(StoredArtifact.of(cut.getPublished()))
                .isEqualTo(new StoredArtifact(Sha256.of(published.toByteArray()), published.size()));
    }

    @Test
    void theSameBytesAreCutTheSameWay() {
        byte[] content = random(20 * MAX, 3);

        assertThat(cut(content)).isEqualTo(cut(content));
        assertThat(cut(content).getChunks(0).getSha256())
                .as("over releases: a device that updates finds its chunks by these names")
                .isEqualTo("f2d3f2d5dd373868511331d1857846dca3e5a727dac59b59d41585fe19c807d1");
    }

    /** Property: whatever is inserted, removed or overwritten somewhere, nearly all chunks stay. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anEditInTheMiddleChangesFewChunks(long seed) {
        byte[] before = random(60 * MAX, seed);
        Set<String> known = names(cut(before));
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            int at = random.nextInt(before.length);
            int removed = Math.min(random.nextInt(100), before.length - at);
            byte[] inserted = random(random.nextInt(100), random.nextLong());
            byte[] after = new byte[before.length - removed + inserted.length];
            System.arraycopy(before, 0, after, 0, at);
            System.arraycopy(inserted, 0, after, at, inserted.length);
            System.arraycopy(before, at + removed, after, at + inserted.length, before.length - at - removed);

            Set<String> changed = names(cut(after));
            changed.removeAll(known);

            assertThat(changed).hasSizeLessThanOrEqualTo(4);
        }
    }

    @Test
    void cutsWhereATensorBeginsSoThatTheOthersStay() {
        OnnxFile before = OnnxFile.random(20, 3 * MAX, 1);
        OnnxFile after = before.with("layer7.weight", OnnxFile.weights(3 * MAX, new Random(99)));

        List<Chunk> changed = fresh(before, after);

        assertThat(bytes(changed)).isLessThan(3 * MAX + MAX / 8);
    }

    @Test
    void aLongerHeaderShiftsNothing() {
        OnnxFile before = OnnxFile.random(20, 3 * MAX, 1);

        List<Chunk> changed = fresh(before, before.withHeader(before.headerBytes() + 1));

        assertThat(bytes(changed)).isLessThan(MAX);
    }

    @Test
    void smallTensorsShareAChunk() {
        byte[] file = OnnxFile.random(100, 100, 1).bytes();

        assertThat(cut(OnnxLayoutTest.read(file), file, new ByteArrayOutputStream())
                        .getChunksCount())
                .isLessThan(10);
    }

    @Test
    void refusesNothing() {
        assertThatThrownBy(() -> new Chunker(10).cut(new ByteArrayInputStream(new byte[0]), (chunk, bytes) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty");
    }

    private static List<Chunk> fresh(OnnxFile before, OnnxFile after) {
        Set<String> known = names(cut(before));
        return cut(after).getChunksList().stream()
                .filter(chunk -> !known.contains(chunk.getSha256()))
                .toList();
    }

    private static long bytes(List<Chunk> chunks) {
        return chunks.stream().mapToLong(Chunk::getSize).sum();
    }

    private static Set<String> names(ChunkedArtifact artifact) {
        return artifact.getChunksList().stream().map(Chunk::getSha256).collect(Collectors.toCollection(HashSet::new));
    }

    private static ChunkedArtifact cut(OnnxFile file) {
        byte[] bytes = file.bytes();
        return cut(OnnxLayoutTest.read(bytes), bytes, new ByteArrayOutputStream());
    }

    private static ChunkedArtifact cut(byte[] content) {
        return cut(Layout.UNKNOWN, content, new ByteArrayOutputStream());
    }

    private static ChunkedArtifact cut(Layout layout, byte[] content, ByteArrayOutputStream published) {
        try {
            return new Chunker(MAX)
                    .cut(layout, new ByteArrayInputStream(content), (chunk, bytes) -> published.write(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] random(int size, long seed) {
        byte[] content = new byte[size];
        new Random(seed).nextBytes(content);
        return content;
    }
}
