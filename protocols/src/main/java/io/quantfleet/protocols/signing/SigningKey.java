package io.quantfleet.protocols.signing;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.function.Function;

/**
 * An Ed25519 key pair that signs (RFC 8032). Its file holds the private key (PKCS#8) and the public key (X.509), each as
 * a PEM block; the public key's block alone is what verifiers get. Safe for use by several threads.
 */
public final class SigningKey {
    private final PrivateKey privateKey;
    private final PublicKey publicKey;
    private final String keyId;
    private final Ed25519 ed25519;

    private SigningKey(PrivateKey privateKey, PublicKey publicKey) {
        this(privateKey, publicKey, message -> signByJdk(privateKey, message));
    }

    private SigningKey(PrivateKey privateKey, PublicKey publicKey, Ed25519 ed25519) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
        this.keyId = Pem.keyId(publicKey);
        this.ed25519 = ed25519;
    }

    /** Makes signatures with one private key. Safe for use by several threads. */
    @FunctionalInterface
    public interface Ed25519 {
        byte[] sign(byte[] message);
    }

    /**
     * The same key, signing by another implementation of Ed25519: the JDK's needs some milliseconds for a signature in a
     * program that is compiled for a fast start.
     *
     * @param implementation takes the private key's 32 bytes
     */
    public SigningKey signingBy(Function<byte[], Ed25519> implementation) {
        byte[] secret = ((EdECPrivateKey) privateKey)
                .getBytes()
                .orElseThrow(() -> new IllegalStateException("the key " + keyId + " is not in memory"));
        return new SigningKey(privateKey, publicKey, implementation.apply(secret));
    }

    /** A new random key. */
    public static SigningKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(Pem.ALGORITHM).generateKeyPair();
            return new SigningKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 17 runtime has Ed25519", e);
        }
    }

    /**
     * Reads a key file as {@link #write} leaves it.
     *
     * @throws IllegalArgumentException if the file isn't one, naming the file and what is missing
     */
    public static SigningKey read(Path file) throws IOException {
        String pem = Files.readString(file);
        try {
            SigningKey key = new SigningKey(Pem.privateKey(pem), Pem.publicKey(pem));
            key.requireMatchingHalves();
            return key;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no signing key in " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes the key to a new file that its owner alone may read, and forces it to disk.
     *
     * @throws FileAlreadyExistsException if the file exists: a signing key is never overwritten
     */
    public void write(Path file) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Path directory = file.toAbsolutePath().getParent();
        Path temporary = file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? Files.createTempFile(
                        directory,
                        ".key",
                        ".tmp",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : Files.createTempFile(directory, ".key", ".tmp");
        try {
            Files.writeString(temporary, Pem.encode(privateKey) + Pem.encode(publicKey), StandardOpenOption.SYNC);
            // A hard link, not a move: it fails where another process was first.
            Files.createLink(file, temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** First 16 hexadecimal digits of the SHA-256 of the public key's X.509 encoding. */
    public String keyId() {
        return keyId;
    }

    /** The public half, for those who verify. */
    public VerificationKeys verificationKeys() {
        return VerificationKeys.of(publicKey);
    }

    /** The Ed25519 signature, 64 bytes, over the domain's separator and {@code content}. */
    public byte[] sign(Domain domain, byte[] content) {
        byte[] separator = domain.separator();
        byte[] message = Arrays.copyOf(separator, separator.length + content.length);
        System.arraycopy(content, 0, message, separator.length, content.length);
        return ed25519.sign(message);
    }

    private static byte[] signByJdk(PrivateKey key, byte[] message) {
        try {
            Signature signature = Signature.getInstance(Pem.ALGORITHM);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    private void requireMatchingHalves() {
        byte[] content = {1};
        byte[] signature = sign(Domain.MANIFEST, content);
        if (verificationKeys().verify(Domain.MANIFEST, content, keyId, signature) != VerificationKeys.Outcome.VALID) {
            throw new IllegalArgumentException("its private and public key do not belong together");
        }
    }
}
