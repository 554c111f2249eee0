package io.quantfleet.controlplane.idempotency;

import io.quantfleet.controlplane.ControlPlaneException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a client calls one request, so that it is carried out once however often it is sent. It is known to the client
 * alone: the database has its hash, and what was answered is encrypted under it.
 */
record IdempotencyKey(String value) {
    private static final int MAX_LENGTH = 255;
    /** RFC 8941: a string in double quotes, its quotes and backslashes escaped. */
    private static final Pattern QUOTED = Pattern.compile("\"((?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*)\"");
    /** As many clients send it. */
    private static final Pattern BARE = Pattern.compile("[!#-+\\--~]+");

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /**
     * The key that a header field has.
     *
     * @throws ControlPlaneException {@code REQUEST_INVALID} if it is none
     */
    static IdempotencyKey parse(String field) {
        var quoted = QUOTED.matcher(field.strip());
        String value = quoted.matches()
                ? quoted.group(1).replaceAll("\\\\(.)", "$1")
                : BARE.matcher(field.strip()).matches() ? field.strip() : "";
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw ControlPlaneException.invalid("the header 'Idempotency-Key' is a string in double quotes, of 1 to "
                    + MAX_LENGTH + " characters, as \"8e03978e-40d5-43dd-bc93-6894a57f9324\"");
        }
        return new IdempotencyKey(value);
    }

    byte[] hash() {
        return digest("key");
    }

    byte[] encrypt(byte[] plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] encrypted = crypt(Cipher.ENCRYPT_MODE, nonce, plain);
        byte[] whole = Arrays.copyOf(nonce, NONCE_BYTES + encrypted.length);
        System.arraycopy(encrypted, 0, whole, NONCE_BYTES, encrypted.length);
        return whole;
    }

    byte[] decrypt(byte[] whole) {
        return crypt(
                Cipher.DECRYPT_MODE,
                Arrays.copyOf(whole, NONCE_BYTES),
                Arrays.copyOfRange(whole, NONCE_BYTES, whole.length));
    }

    private byte[] crypt(int mode, byte[] nonce, byte[] content) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(mode, new SecretKeySpec(digest("answer"), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an answer that was kept can't be encrypted or decrypted", e);
        }
    }

    /** A hash for one purpose; one tells nothing of the other. */
    private byte[] digest(String purpose) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(("quantfleet-idempotency-" + purpose + "\0").getBytes(StandardCharsets.US_ASCII));
            return sha256.digest(value.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
