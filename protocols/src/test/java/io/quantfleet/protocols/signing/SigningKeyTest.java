package io.quantfleet.protocols.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.protocols.signing.VerificationKeys.Outcome;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {
    private static final byte[] CONTENT = {1, 2, 3};
    private final SigningKey key = SigningKey.generate();

    @TempDir
    Path directory;

    @Test
    void aSignatureHoldsForItsContentKeyAndDomainOnly() {
        byte[] signature = key.sign(Domain.MANIFEST, CONTENT);
        VerificationKeys trusted = key.verificationKeys();

        assertThat(trusted.verify(Domain.MANIFEST, CONTENT, key.keyId(), signature))
                .isEqualTo(Outcome.VALID);
        assertThat(trusted.verify(Domain.MANIFEST, new byte[] {1, 2, 4}, key.keyId(), signature))
                .isEqualTo(Outcome.INVALID);
        assertThat(trusted.verify(Domain.CREDENTIAL, CONTENT, key.keyId(), signature))
                .isEqualTo(Outcome.INVALID);
        assertThat(trusted.verify(Domain.MANIFEST, CONTENT, key.keyId(), new byte[3]))
                .isEqualTo(Outcome.INVALID);
        assertThat(SigningKey.generate().verificationKeys().verify(Domain.MANIFEST, CONTENT, key.keyId(), signature))
                .isEqualTo(Outcome.KEY_UNKNOWN);
    }

    @Test
    void comesBackFromItsFileWhichOnlyTheOwnerReads() throws Exception {
        Path file = directory.resolve("signing-key.pem");

        key.write(file);

        assertThat(SigningKey.read(file).keyId()).isEqualTo(key.keyId());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(VerificationKeys.read(file)
                        .verify(Domain.MANIFEST, CONTENT, key.keyId(), key.sign(Domain.MANIFEST, CONTENT)))
                .isEqualTo(Outcome.VALID);
    }

    @Test
    void neverOverwritesAKey() throws Exception {
        Path file = directory.resolve("signing-key.pem");
        key.write(file);

        assertThatThrownBy(() -> SigningKey.generate().write(file)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(SigningKey.read(file).keyId()).isEqualTo(key.keyId());
        assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void verificationKeysComeBackFromPem() {
        List<String> pem = key.verificationKeys().toPem();

        assertThat(VerificationKeys.ofPem(pem)
                        .verify(Domain.MANIFEST, CONTENT, key.keyId(), key.sign(Domain.MANIFEST, CONTENT)))
                .isEqualTo(Outcome.VALID);
    }

    @Test
    void saysWhatIsWrongWithAKeyFile() throws Exception {
        Path noKey = Files.writeString(directory.resolve("a.pem"), "hello");
        Path halves = directory.resolve("b.pem");
        Files.writeString(
                halves,
                privateHalf(key)
                        + SigningKey.generate().verificationKeys().toPem().get(0));

        assertThatThrownBy(() -> SigningKey.read(noKey))
                .hasMessageContaining("a.pem")
                .hasMessageContaining("no PEM block labelled PRIVATE KEY");
        assertThatThrownBy(() -> SigningKey.read(halves)).hasMessageContaining("do not belong together");
    }

    private String privateHalf(SigningKey ofKey) throws Exception {
        Path file = directory.resolve("whole.pem");
        ofKey.write(file);
        String pem = Files.readString(file);
        return pem.substring(0, pem.indexOf("-----BEGIN PUBLIC KEY"));
    }
}
