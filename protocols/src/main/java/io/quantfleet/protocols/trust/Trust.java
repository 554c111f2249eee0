package io.quantfleet.protocols.trust;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.protocols.signing.Domain;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TrustStatement;
import io.quantfleet.protocols.v1.TrustedKey;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that a device trusts: signing keys, whose manifests it obeys, and root keys, whose statements may replace both.
 * Immutable; safe for use by several threads. A reduced form of the roles of The Update Framework (Samuel et al. 2010,
 * <i>Survivable Key Compromise in Software Update Systems</i>, section 4): one signature, two roles.
 */
public final class Trust {
    /** What comes of checking a manifest's signature. */
    public enum Outcome {
        VALID,
        INVALID,
        KEY_UNKNOWN,
        KEY_EXPIRED,
        KEY_REVOKED
    }

    private record SigningKeys(VerificationKeys key, Optional<Instant> notAfter) {}

    private final long version;
    private final Map<String, SigningKeys> signing;
    private final Set<String> revoked;
    private final VerificationKeys roots;
    private final Optional<SignedTrustStatement> statement;

    private Trust(
            long version,
            Map<String, SigningKeys> signing,
            Set<String> revoked,
            VerificationKeys roots,
            Optional<SignedTrustStatement> statement) {
        this.version = version;
        this.signing = Map.copyOf(signing);
        this.revoked = Set.copyOf(revoked);
        this.roots = roots;
        this.statement = statement;
    }

    /**
     * What a device is told when it enrols.
     *
     * @param version of the statement that was in force then, 0 for none; only newer ones replace this
     * @param roots may be none: then nothing ever does
     */
    public static Trust pinned(long version, VerificationKeys signing, VerificationKeys roots) {
        Map<String, SigningKeys> keys = new LinkedHashMap<>();
        signing.toX509().forEach(encoded -> add(keys, encoded, Optional.empty()));
        return new Trust(version, keys, Set.of(), roots, Optional.empty());
    }

    /**
     * What an adopted statement said, read back from where it was kept. Its signature was checked when it was adopted, by a
     * root key that it may have replaced.
     *
     * @throws IllegalArgumentException if it can't be read
     */
    public static Trust adopted(SignedTrustStatement signed) {
        try {
            return of(TrustStatement.parseFrom(signed.getStatement()), signed);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a trust statement: " + e.getMessage(), e);
        }
    }

    /** Grows with every statement; 0 before the first. */
    public long version() {
        return version;
    }

    /** The statement that this comes from; empty for what was pinned. */
    public Optional<SignedTrustStatement> statement() {
        return statement;
    }

    /** Ids of the keys that may sign manifests, expired ones included. */
    public Set<String> signingKeyIds() {
        return signing.keySet();
    }

    /** When a key ceases to count; empty for one without such an end, and for one that is not trusted. */
    public Optional<Instant> endOf(String keyId) {
        return Optional.ofNullable(signing.get(keyId)).flatMap(SigningKeys::notAfter);
    }

    /** Ids of keys that never count again. */
    public Set<String> revokedKeyIds() {
        return revoked;
    }

    /** The keys that may sign the next statement. */
    public VerificationKeys roots() {
        return roots;
    }

    /** Checks the signature over a manifest's bytes. */
    public Outcome check(SignedManifest manifest, Instant now) {
        if (revoked.contains(manifest.getKeyId())) {
            return Outcome.KEY_REVOKED;
        }
        SigningKeys key = signing.get(manifest.getKeyId());
        if (key == null) {
            return Outcome.KEY_UNKNOWN;
        }
        if (key.notAfter().filter(end -> !now.isBefore(end)).isPresent()) {
            return Outcome.KEY_EXPIRED;
        }
        VerificationKeys.Outcome signature = key.key()
                .verify(
                        Domain.MANIFEST,
                        manifest.getManifest().toByteArray(),
                        manifest.getKeyId(),
                        manifest.getSignature().toByteArray());
        return signature == VerificationKeys.Outcome.VALID ? Outcome.VALID : Outcome.INVALID;
    }

    /**
     * Looks at a statement that came along. An older one, or the one that this trust comes from, is no news, whoever signed
     * it; a newer one counts if one of the present root keys signed it. Where there are none, statements say nothing.
     */
    public TrustUpdate consider(SignedTrustStatement signed) {
        if (roots.keyIds().isEmpty()) {
            return new TrustUpdate.Known();
        }
        try {
            TrustStatement content = TrustStatement.parseFrom(signed.getStatement());
            return Long.compareUnsigned(content.getVersion(), version) <= 0
                    ? new TrustUpdate.Known()
                    : considerNewer(content, signed);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return new TrustUpdate.Refused("the trust statement can't be read: " + e.getMessage());
        }
    }

    private TrustUpdate considerNewer(TrustStatement content, SignedTrustStatement signed) {
        return switch (roots.verify(
                Domain.TRUST,
                signed.getStatement().toByteArray(),
                signed.getKeyId(),
                signed.getSignature().toByteArray())) {
            case VALID -> new TrustUpdate.Newer(of(content, signed));
            case INVALID ->
                new TrustUpdate.Refused(
                        "the signature on the trust statement by root key " + signed.getKeyId() + " does not match");
            case KEY_UNKNOWN ->
                new TrustUpdate.Refused("the trust statement is signed by '" + signed.getKeyId()
                        + "', which is no root key of this device");
        };
    }

    private static Trust of(TrustStatement content, SignedTrustStatement signed) {
        Map<String, SigningKeys> keys = new LinkedHashMap<>();
        for (TrustedKey key : content.getKeysList()) {
            Optional<Instant> end = key.hasNotAfter()
                    ? Optional.of(Instant.ofEpochSecond(
                            key.getNotAfter().getSeconds(), key.getNotAfter().getNanos()))
                    : Optional.empty();
            add(keys, key.getPublicKey().toByteArray(), end);
        }
        return new Trust(
                content.getVersion(),
                keys,
                Set.copyOf(content.getRevokedKeyIdsList()),
                VerificationKeys.ofX509(bytes(content.getRootKeysList())),
                Optional.of(signed));
    }

    private static void add(Map<String, SigningKeys> keys, byte[] encoded, Optional<Instant> notAfter) {
        VerificationKeys key = VerificationKeys.ofX509(List.of(encoded));
        key.keyIds().forEach(id -> keys.put(id, new SigningKeys(key, notAfter)));
    }

    private static List<byte[]> bytes(Collection<ByteString> encodings) {
        return encodings.stream().map(ByteString::toByteArray).toList();
    }
}
