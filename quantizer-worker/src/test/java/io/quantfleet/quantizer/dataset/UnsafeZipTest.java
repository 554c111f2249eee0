package io.quantfleet.quantizer.dataset;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsafeZipTest {
    private static final byte[] IMAGE = GoldenImages.bytes("kind.rgb.png");

    @TempDir
    Path folder;

    @SafeVarargs
    private Path zip(Map.Entry<String, byte[]>... entries) throws IOException {
        return ZipMaker.of(folder.resolve("set.zip"), List.of(entries));
    }

    private static LabelledSamples open(Path zip, ArchiveLimits limits) {
        return Datasets.open(zip, Descriptions.pets(), limits);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../cat/a.png", "cat/../../a.png", "/cat/a.png", "C:\\cat\\a.png", "cat\\..\\..\\a.png", "cat/.."
            })
    void refusesAPathThatLeavesTheArchive(String path) throws IOException {
        Path zip = zip(entry("cat/a.png", IMAGE), entry(path, IMAGE));

        assertThatThrownBy(() -> open(zip, ArchiveLimits.DEFAULT))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.ARCHIVE_UNSAFE))
                .hasMessageStartingWith("set.zip: the entry '")
                .hasMessageEndingWith("' points outside the archive; make it again from inside the data set's folder");
    }

    @Test
    void refusesMoreBytesThanTheLimitForAll() throws IOException {
        Path zip = zip(entry("cat/a.png", new byte[600]), entry("dog/a.png", new byte[600]));

        assertThatThrownBy(() -> open(zip, new ArchiveLimits(10, 1000, 1000)))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.ARCHIVE_UNSAFE))
                .hasMessage("set.zip: inflates to more than 1000 bytes, the limit for a data set; make it smaller");
    }

    @Test
    void refusesMoreBytesThanTheLimitForOneFile() throws IOException {
        Path zip = zip(entry("cat/a.png", new byte[600]));

        try (LabelledSamples samples = open(zip, new ArchiveLimits(10, 500, 1000))) {
            assertThatThrownBy(() -> samples.compact(0, "image"))
                    .hasMessage("set.zip: the entry 'cat/a.png' inflates to 600 bytes, more than the limit of 500"
                            + " for one file");
        }
    }

    @Test
    void refusesMoreEntriesThanTheLimit() throws IOException {
        Path zip = zip(entry("cat/a.png", IMAGE), entry("cat/b.png", IMAGE));

        assertThatThrownBy(() -> open(zip, new ArchiveLimits(1, 10_000, 10_000)))
                .hasMessage("set.zip: has more than 1 entries; split it");
    }

    @Test
    void refusesAnEntryThatInflatesBeyondWhatItDeclares() throws IOException {
        Path zip = zip(entry("cat/a.png", new byte[600]));
        patch(zip, "PK\1\2", 24, 10);
        patch(zip, "PK\3\4", 22, 10);

        try (LabelledSamples samples = open(zip, ArchiveLimits.DEFAULT)) {
            assertThatThrownBy(() -> samples.compact(0, "image"))
                    .hasMessageStartingWith(
                            "set.zip: the entry 'cat/a.png' is damaged (it inflates beyond the 10 bytes");
        }
    }

    @Test
    void refusesAnEntryWithAWrongChecksum() throws IOException {
        Path zip = zip(entry("cat/a.png", IMAGE));
        patch(zip, "PK\1\2", 16, 12345);

        try (LabelledSamples samples = open(zip, ArchiveLimits.DEFAULT)) {
            assertThatThrownBy(() -> samples.compact(0, "image"))
                    .hasMessage("set.zip: the entry 'cat/a.png' is damaged (its checksum is wrong);"
                            + " make the archive again");
        }
    }

    @Test
    void refusesAnEncryptedEntry() throws IOException {
        Path zip = zip(entry("cat/a.png", IMAGE));
        patch(zip, "PK\1\2", 8, 1 | (8 << 16));

        assertThatThrownBy(() -> open(zip, ArchiveLimits.DEFAULT))
                .hasMessage("set.zip: the entry 'cat/a.png' is encrypted; make the archive without a password");
    }

    @Test
    void refusesAnEntryThatIsThereTwice() throws IOException {
        Path zip = zip(entry("cat/a.png", IMAGE), entry("cat/a.png", IMAGE));

        assertThatThrownBy(() -> open(zip, ArchiveLimits.DEFAULT))
                .hasMessage("set.zip: has the entry 'cat/a.png' twice; make it again");
    }

    @Test
    void refusesWhatIsNoZip() throws IOException {
        Path whole = zip(entry("cat/a.png", IMAGE));
        byte[] bytes = Files.readAllBytes(whole);
        for (byte[] content : List.of(
                new byte[0], "text".getBytes(StandardCharsets.US_ASCII), Arrays.copyOf(bytes, bytes.length / 2))) {
            Files.write(whole, content);

            assertThatThrownBy(() -> open(whole, ArchiveLimits.DEFAULT))
                    .isInstanceOf(QuantizerException.class)
                    .hasMessageStartingWith("set.zip: not a readable zip archive (")
                    .hasMessageEndingWith("); make or copy it again");
        }
    }

    // Overwrites four bytes after a record's signature.
    private static void patch(Path zip, String signature, int offset, int value) throws IOException {
        byte[] bytes = Files.readAllBytes(zip);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(signature);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at + offset, value);
        Files.write(zip, bytes);
    }
}
