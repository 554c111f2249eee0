package io.quantfleet.protocols;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {
    // FIPS 180-2, appendix B.1.
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final byte[] CONTENT = "abc".getBytes(StandardCharsets.US_ASCII);

    @Test
    void agreesWithTheStandardWhateverTheContentComesFrom(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("abc"), CONTENT);

        assertThat(Sha256.of(CONTENT).hex()).isEqualTo(ABC);
        assertThat(Sha256.of(ByteBuffer.wrap(CONTENT)).hex()).isEqualTo(ABC);
        assertThat(Sha256.of(new ByteArrayInputStream(CONTENT)).hex()).isEqualTo(ABC);
        assertThat(Sha256.of(file).hex()).isEqualTo(ABC);
    }

    @Test
    void refusesWhatIsNoDigest() {
        assertThatThrownBy(() -> new Sha256("../../etc/passwd")).hasMessageContaining("not a SHA-256 digest");
        for (String other : List.of(
                "",
                ABC.substring(1),
                ABC + "0",
                ABC.toUpperCase(Locale.ROOT),
                ABC.replace('0', '/'),
                ABC.replace('9', ':'),
                ABC.replace('a', '`'),
                ABC.replace('f', 'g'))) {
            assertThatThrownBy(() -> new Sha256(other)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
