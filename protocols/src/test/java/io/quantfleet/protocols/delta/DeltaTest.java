package io.quantfleet.protocols.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.quantfleet.protocols.artifact.OnnxFile;
import io.quantfleet.protocols.v1.DeltaHeader;
import io.quantfleet.protocols.v1.DeltaMethod;
import io.quantfleet.protocols.v1.DeltaSpan;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeltaTest {
    private static final int TENSORS = 20;
    private static final int TENSOR_BYTES = 20_000;

    @TempDir
    Path directory;

    private final OnnxFile model = OnnxFile.random(TENSORS, TENSOR_BYTES, 1);
    private Path from;
    private byte[] made = new byte[0];

    @BeforeEach
    void write() throws IOException {
        from = Files.write(directory.resolve("from"), model.bytes());
    }

    @Test
    void nudgedWeightsAreSmallDifferences() throws IOException {
        byte[] next = nudged(model.bytes(), 0.05);

        assertThat(make(next)).isEqualTo(DeltaMethod.DELTA_METHOD_DIFFERENCE);
        assertThat(made.length).isLessThan(next.length * 12 / 100);
        assertThat(apply(made, next.length)).isEqualTo(next);
    }

    @Test
    void aLongerHeaderAndANewLayerShiftNothing() throws IOException {
        OnnxFile later = model.withHeader(5000).with("layer20.weight", OnnxFile.weights(1000, new Random(5)));
        byte[] next = nudged(later.bytes(), 0.01);

        make(next);

        assertThat(made.length).isLessThan(next.length * 6 / 100);
        assertThat(apply(made, next.length)).isEqualTo(next);
    }

    @Test
    void whatMovedIsFoundInTheDictionary() throws IOException {
        byte[] next = new byte[300_000];
        System.arraycopy(model.bytes(), 100_000, next, 0, 200_000);
        System.arraycopy(model.bytes(), 0, next, 200_000, 100_000);

        assertThat(make(next)).isEqualTo(DeltaMethod.DELTA_METHOD_DICTIONARY);
        assertThat(made.length).isLessThan(2000);
        assertThat(apply(made, next.length)).isEqualTo(next);
    }

    /** Property: whatever was changed, however, what comes out is exactly the next version. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void randomEditsComeOutExactly(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] next = model.bytes();
        for (int edit = random.nextInt(6); edit >= 0; edit--) {
            int at = random.nextInt(next.length);
            int removed = random.nextInt(Math.min(next.length - at, 3000) + 1);
            byte[] inserted = OnnxFile.weights(random.nextInt(3000), random);
            ByteArrayOutputStream edited = new ByteArrayOutputStream();
            edited.write(next, 0, at);
            edited.writeBytes(inserted);
            edited.write(next, at + removed, next.length - at - removed);
            next = edited.toByteArray();
        }

        make(next);

        assertThat(apply(made, next.length)).isEqualTo(next);
    }

    @Test
    void anythingCanBeMadeOfAnything() throws IOException {
        byte[] next = {42};

        make(next);

        assertThat(apply(made, 1)).isEqualTo(next);
    }

    @Test
    void stopsWhenItTakesTooLong() {
        assertThatThrownBy(() -> DeltaEncoder.encode(from, from, directory.resolve("patch"), () -> true))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(directory.toFile().list()).doesNotContain("patch.frames", "patch.dictionary");
    }

    /** Whatever the bytes are: an exception or other content, never more output than announced. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void damagedPatchesEndInAnExceptionOrInOtherContent(long seed) throws IOException {
        byte[] next = nudged(model.bytes(), 0.001);
        make(next);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = made.clone();
            int flips = 1 + random.nextInt(4);
            for (int i = 0; i < flips; i++) {
                damaged[random.nextInt(round % 2 == 0 ? 60 : damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            damaged = random.nextInt(4) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged;
            Counting out = new Counting();
            try {
                DeltaDecoder.apply(from, new ByteArrayInputStream(damaged), next.length, out);
            } catch (DeltaException expected) {
                // Most end here.
            }

            assertThat(out.bytes).isLessThanOrEqualTo(next.length);
        }
    }

    @Test
    void aBombIsRefusedWithoutBeingUnpacked() throws IOException {
        byte[] bomb = patch(
                DeltaHeader.newBuilder()
                        .setMethod(DeltaMethod.DELTA_METHOD_DIFFERENCE)
                        .setFromSize(Files.size(from))
                        .setSize(10)
                        .addSpans(DeltaSpan.newBuilder().setSize(10))
                        .build(),
                Zstd.compress(new byte[1 << 24]));

        assertThatThrownBy(() -> apply(bomb, 10)).isInstanceOf(DeltaException.class);
    }

    @Test
    void aWindowLargerThanDevicesHoldIsRefused() throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        try (var zstd = new com.github.luben.zstd.ZstdOutputStreamNoFinalizer(frame)) {
            zstd.setLong(27);
            zstd.write(new byte[10]);
        }
        byte[] patch = patch(
                DeltaHeader.newBuilder()
                        .setMethod(DeltaMethod.DELTA_METHOD_DIFFERENCE)
                        .setFromSize(Files.size(from))
                        .setSize(10)
                        .addSpans(DeltaSpan.newBuilder().setSize(10))
                        .build(),
                frame.toByteArray());

        assertThatThrownBy(() -> apply(patch, 10))
                .isInstanceOf(DeltaException.class)
                .hasMessageContaining("decompressed");
    }

    @Test
    void spansThatAskForMuchMemoryAreRefused() throws IOException {
        DeltaSpan huge = DeltaSpan.newBuilder()
                .setSize(1L << 30)
                .setFromSize(1L << 30)
                .setEncodedSize(1L << 30)
                .build();
        byte[] patch = patch(
                DeltaHeader.newBuilder()
                        .setMethod(DeltaMethod.DELTA_METHOD_DICTIONARY)
                        .setFromSize(Files.size(from))
                        .setSize(1L << 30)
                        .addSpans(huge)
                        .build(),
                new byte[0]);

        assertThatThrownBy(() -> apply(patch, 1L << 30)).hasMessageContaining("can't be");
    }

    @Test
    void aPatchForSomethingElseIsRefused() throws IOException {
        make(new byte[] {1, 2, 3});
        from = Files.write(directory.resolve("other"), new byte[100]);

        assertThatThrownBy(() -> apply(made, 3)).isInstanceOf(DeltaException.class);
    }

    /** Makes a patch, and says how. */
    private DeltaMethod make(byte[] next) throws IOException {
        Path to = Files.write(directory.resolve("to"), next);
        Path patch = directory.resolve("patch");
        DeltaMethod method = DeltaEncoder.encode(from, to, patch, () -> false);
        made = Files.readAllBytes(patch);
        return method;
    }

    private byte[] apply(byte[] patch, long size) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DeltaDecoder.apply(from, new ByteArrayInputStream(patch), size, out);
        return out.toByteArray();
    }

    private static byte[] patch(DeltaHeader header, byte[] rest) throws IOException {
        ByteArrayOutputStream patch = new ByteArrayOutputStream();
        header.writeDelimitedTo(patch);
        patch.write(rest);
        return patch.toByteArray();
    }

    /** So many of the bytes one up or down, at random. */
    private static byte[] nudged(byte[] content, double share) {
        byte[] next = content.clone();
        Random random = new Random(2);
        for (int i = 0; i < next.length; i++) {
            // The protobuf around the tensors stays: 400 bytes at the beginning are left alone.
            if (i > 400 && random.nextDouble() < share) {
                next[i] += (byte) (random.nextBoolean() ? 1 : -1);
            }
        }
        return next;
    }

    private static final class Counting extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] content, int offset, int length) {
            bytes += length;
        }
    }
}
