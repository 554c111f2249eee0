package io.quantfleet.protocols.signing;

import io.quantfleet.protocols.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ed25519 keys as PEM blocks (RFC 7468). */
final class Pem {
    static final String ALGORITHM = "Ed25519";
    private static final int KEY_ID_DIGITS = 16;
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";

    private Pem() {}

    static String encode(Key key) {
        String label = key instanceof PrivateKey ? PRIVATE : PUBLIC;
        Base64.Encoder base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN " + label + "-----\n" + base64.encodeToString(key.getEncoded()) + "\n-----END " + label
                + "-----\n";
    }

    static PrivateKey privateKey(String pem) {
        try {
            return factory().generatePrivate(new PKCS8EncodedKeySpec(block(pem, PRIVATE)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("its private key is no Ed25519 key", e);
        }
    }

    static PublicKey publicKey(String pem) {
        return publicKey(block(pem, PUBLIC));
    }

    static PublicKey publicKey(byte[] x509) {
        try {
            return factory().generatePublic(new X509EncodedKeySpec(x509));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("its public key is no Ed25519 key", e);
        }
    }

    static String keyId(PublicKey key) {
        return Sha256.of(key.getEncoded()).hex().substring(0, KEY_ID_DIGITS);
    }

    private static byte[] block(String pem, String label) {
        Matcher matcher = Pattern.compile(
                        "-----BEGIN " + label + "-----([A-Za-z0-9+/=\\s]+)-----END " + label + "-----")
                .matcher(pem);
        if (!matcher.find()) {
            throw new IllegalArgumentException("it has no PEM block labelled " + label);
        }
        return Base64.getMimeDecoder().decode(matcher.group(1));
    }

    private static KeyFactory factory() {
        try {
            return KeyFactory.getInstance(ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java 17 runtime has " + ALGORITHM, e);
        }
    }
}
