package io.quantfleet.cli.keys;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.trust.TrustStatementSigner;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TrustStatement;
import io.quantfleet.protocols.v1.TrustedKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The keys of one installation, as files in one directory: what signs manifests, what signs MQTT credentials, the root
 * key, and the statement that it signed of the keys that devices trust. Every change is made in steps of which each
 * leaves a directory that works; a change that was interrupted is finished by doing it again. For one process at a time.
 */
public final class KeyDirectory {
    /** How long the key before counts on after a rotation, unless somebody says otherwise. */
    static final Duration OVERLAP = Duration.ofDays(30);

    private final Path directory;
    private final InstantSource clock;

    public KeyDirectory(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** What signs manifests. */
    public Path signingKey() {
        return directory.resolve("signing-key.pem");
    }

    /** What signs MQTT credentials. */
    public Path credentialKey() {
        return directory.resolve("credential-key.pem");
    }

    /** Of the keys that devices trust; serialized {@link SignedTrustStatement}. */
    public Path trustStatement() {
        return directory.resolve("trust-statement.binpb");
    }

    /** What signs trust statements; it may be kept elsewhere. */
    Path rootKey() {
        return directory.resolve("root-key.pem");
    }

    private Path nextKey() {
        return directory.resolve("signing-key.next.pem");
    }

    /**
     * Makes what is missing, and leaves alone what is there.
     *
     * @throws CliException if a file can't be read or written
     */
    public void initialise() {
        attempt(() -> {
            Files.createDirectories(directory);
            makeIfAbsent(signingKey());
            makeIfAbsent(credentialKey());
            if (!Files.exists(trustStatement())) {
                makeIfAbsent(rootKey());
                SigningKey root = SigningKey.read(rootKey());
                state(
                        root,
                        TrustStatement.newBuilder()
                                .setVersion(1)
                                .addKeys(trusted(SigningKey.read(signingKey())))
                                .addRootKeys(encoded(root)));
            }
            return trust();
        });
    }

    /** The keys that the present statement lets devices trust. */
    Trust trust() {
        return attempt(() -> Trust.adopted(statement()));
    }

    /** The id of the key that signs manifests. */
    String activeKeyId() {
        return attempt(() -> SigningKey.read(signingKey()).keyId());
    }

    /**
     * Makes a new signing key the active one. The one before counts for {@code overlap} more, any earlier one no longer.
     *
     * @param root where the root key is
     * @return the new key's id
     */
    String rotate(Path root, Duration overlap) {
        return attempt(() -> {
            makeIfAbsent(nextKey());
            SigningKey next = SigningKey.read(nextKey());
            SigningKey before = SigningKey.read(signingKey());
            if (!trust().signingKeyIds().contains(next.keyId())) {
                TrustStatement.Builder statement = successor();
                statement.clearKeys().addKeys(trusted(next));
                statement.addKeys(
                        trusted(before).setNotAfter(timestamp(clock.instant().plus(overlap))));
                state(SigningKey.read(root), statement);
            }
            archive(before);
            move(nextKey(), signingKey());
            return next.keyId();
        });
    }

    /**
     * Makes a key count for nothing, for ever.
     *
     * @param root where the root key is
     * @throws CliException if it is the active key or no key of this installation
     */
    void revoke(Path root, String keyId) {
        attempt(() -> {
            Trust trust = trust();
            if (keyId.equals(activeKeyId())) {
                throw new CliException("key " + keyId + " signs manifests; make another the active one first, with"
                        + " 'quantfleet keys rotate'");
            }
            boolean archived = Files.exists(archived(keyId));
            if (!trust.signingKeyIds().contains(keyId) && !archived) {
                throw new CliException("no key " + keyId + " was ever trusted here; 'quantfleet keys show' lists them");
            }
            if (!trust.revokedKeyIds().contains(keyId)) {
                TrustStatement.Builder statement = successor();
                List<TrustedKey> others = statement.getKeysList().stream()
                        .filter(key -> !idOf(key).equals(keyId))
                        .toList();
                state(
                        SigningKey.read(root),
                        statement.clearKeys().addAllKeys(others).addRevokedKeyIds(keyId));
            }
            return trust;
        });
    }

    /** When a key that the statement lists stops counting; empty if it doesn't. */
    Optional<Instant> expiry(String keyId) {
        return attempt(() -> content().getKeysList().stream()
                .filter(key -> idOf(key).equals(keyId) && key.hasNotAfter())
                .map(key -> Instant.ofEpochSecond(key.getNotAfter().getSeconds()))
                .findFirst());
    }

    private TrustStatement.Builder successor() throws IOException {
        TrustStatement present = content();
        return present.toBuilder().setVersion(present.getVersion() + 1);
    }

    private void state(SigningKey root, TrustStatement.Builder statement) throws IOException {
        SignedTrustStatement signed = new TrustStatementSigner(root)
                .sign(statement.setIssuedAt(timestamp(clock.instant())).build());
        if (Files.exists(trustStatement()) && !trust().roots().keyIds().contains(root.keyId())) {
            throw new CliException("devices would not believe root key " + root.keyId() + "; they know "
                    + trust().roots().keyIds());
        }
        Path temporary = Files.createTempFile(directory, ".trust", ".tmp");
        try {
            Files.write(temporary, signed.toByteArray(), StandardOpenOption.SYNC);
            move(temporary, trustStatement());
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private TrustStatement content() throws IOException {
        return TrustStatement.parseFrom(statement().getStatement());
    }

    private SignedTrustStatement statement() throws IOException {
        return SignedTrustStatement.parseFrom(Files.readAllBytes(trustStatement()));
    }

    private void archive(SigningKey before) throws IOException {
        Path archived = archived(before.keyId());
        if (!Files.exists(archived)) {
            Files.createLink(archived, signingKey());
        }
    }

    private Path archived(String keyId) {
        return directory.resolve("signing-key." + keyId + ".pem");
    }

    private static void makeIfAbsent(Path file) throws IOException {
        try {
            SigningKey.generate().write(file);
        } catch (FileAlreadyExistsException kept) {
            // A key that is there stays.
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static TrustedKey.Builder trusted(SigningKey key) {
        return TrustedKey.newBuilder().setPublicKey(encoded(key));
    }

    private static ByteString encoded(SigningKey key) {
        return ByteString.copyFrom(key.verificationKeys().toX509().get(0));
    }

    private static String idOf(TrustedKey key) {
        return VerificationKeys.ofX509(List.of(key.getPublicKey().toByteArray()))
                .keyIds()
                .iterator()
                .next();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }

    private interface Attempt<T> {
        T run() throws IOException;
    }

    private <T> T attempt(Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (NoSuchFileException e) {
            throw new CliException(
                    e.getFile() + " is not there; --directory says where the keys are, --root-key where the root key is"
                            + " kept, and 'quantfleet keys init' makes keys where there are none",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new CliException("can't use the keys in " + directory + ": " + e.getMessage(), e);
        }
    }
}
