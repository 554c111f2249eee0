package io.quantfleet.protocols.signing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The Ed25519 public keys that a program trusts, by key id. Immutable; safe for use by several threads. */
public final class VerificationKeys {
    /** The outcome of a check. */
    public enum Outcome {
        VALID,
        INVALID,
        KEY_UNKNOWN
    }

    private final Map<String, PublicKey> keys = new LinkedHashMap<>();

    private VerificationKeys(Collection<PublicKey> keys) {
        keys.forEach(key -> this.keys.put(Pem.keyId(key), key));
    }

    /** Trusts the given keys. */
    public static VerificationKeys of(PublicKey... keys) {
        return new VerificationKeys(List.of(keys));
    }

    /**
     * Reads keys from PEM texts ({@code BEGIN PUBLIC KEY}, X.509), one key each.
     *
     * @throws IllegalArgumentException if one is no Ed25519 public key
     */
    public static VerificationKeys ofPem(Collection<String> pems) {
        List<PublicKey> keys = new ArrayList<>();
        pems.forEach(pem -> keys.add(Pem.publicKey(pem)));
        return new VerificationKeys(keys);
    }

    /**
     * Reads keys from their X.509 encodings.
     *
     * @throws IllegalArgumentException if one is no Ed25519 public key
     */
    public static VerificationKeys ofX509(Collection<byte[]> encodings) {
        return new VerificationKeys(encodings.stream().map(Pem::publicKey).toList());
    }

    /** Reads one key from a PEM file. */
    public static VerificationKeys read(Path pem) throws IOException {
        return ofPem(List.of(Files.readString(pem)));
    }

    /** The keys as PEM texts. */
    public List<String> toPem() {
        return keys.values().stream().map(Pem::encode).toList();
    }

    /** The keys in their X.509 encoding. */
    public List<byte[]> toX509() {
        return keys.values().stream().map(PublicKey::getEncoded).toList();
    }

    /** The ids of the keys, in the order in which they were given. */
    public Set<String> keyIds() {
        return Collections.unmodifiableSet(keys.keySet());
    }

    /** Checks an Ed25519 signature over the domain's separator and {@code content}. */
    public Outcome verify(Domain domain, byte[] content, String keyId, byte[] signature) {
        PublicKey key = keys.get(keyId);
        if (key == null) {
            return Outcome.KEY_UNKNOWN;
        }
        try {
            Signature ed25519 = Signature.getInstance(Pem.ALGORITHM);
            ed25519.initVerify(key);
            ed25519.update(domain.separator());
            ed25519.update(content);
            return ed25519.verify(signature) ? Outcome.VALID : Outcome.INVALID;
        } catch (GeneralSecurityException malformedSignature) {
            // The provider throws, rather than answering false, for a signature of the wrong length or encoding.
            return Outcome.INVALID;
        }
    }
}
