package io.quantfleet.quantizer.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ByteTextTest {
    private static final int CONTEXT = 8;

    @TempDir
    private Path folder = Path.of("");

    /** Each sample of eight bytes has a number of its own. */
    private ByteText numbered(int samples) throws IOException {
        byte[] text = new byte[samples * CONTEXT];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (i / CONTEXT);
        }
        Files.write(folder.resolve("numbers.txt"), text);
        return ByteText.read(folder, CONTEXT);
    }

    private static Set<Integer> numbers(int... tokens) {
        return Arrays.stream(tokens).boxed().collect(Collectors.toSet());
    }

    @Test
    void keepsValidationAndCalibrationApartFromTraining() throws IOException {
        ByteText text = numbered(200);
        Set<Integer> validation = numbers(text.validation(100));
        Set<Integer> calibration = numbers(text.calibration(100));
        assertThat(validation).hasSize(10).contains(0, 180);
        assertThat(calibration).hasSize(10).contains(10, 190);
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(numbers(text.training(random))).doesNotContainAnyElementsOf(validation);
        }
        assertThat(text.training(random)).hasSize(CONTEXT + 1);
    }

    @Test
    void takesAsManySamplesAsAreWantedSpreadEvenly() throws IOException {
        assertThat(numbers(numbered(200).validation(2))).containsExactlyInAnyOrder(0, 100);
    }

    @Test
    void readsTextOnlyInTheOrderOfPaths() throws IOException {
        Files.createDirectories(folder.resolve("a"));
        Files.createDirectories(folder.resolve(".git"));
        Files.createDirectories(folder.resolve("target"));
        Files.writeString(folder.resolve("b.md"), "b".repeat(100));
        Files.writeString(folder.resolve("a/A.java"), "a".repeat(100));
        Files.writeString(folder.resolve("c.bin"), "c".repeat(100));
        Files.writeString(folder.resolve(".git/d.md"), "d".repeat(100));
        Files.writeString(folder.resolve("target/e.md"), "e".repeat(100));
        ByteText text = ByteText.read(folder, CONTEXT);
        assertThat(text.size()).isEqualTo(200);
        assertThat(text.validation(1)[0]).isEqualTo('a');
    }

    @Test
    void tooLittleTextIsRefused() throws IOException {
        Files.writeString(folder.resolve("short.txt"), "short");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ByteText.read(folder, CONTEXT))
                .withMessageContaining("has 5 bytes of text in 1 files; at least 160 are needed");
    }
}
