package io.quantfleet.protocols.security;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.signing.Domain;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.v1.Credential;
import io.quantfleet.protocols.v1.CredentialRevocation;
import io.quantfleet.protocols.v1.Role;
import io.quantfleet.protocols.v1.SignedCredential;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * Issues and checks MQTT passwords. A password is a signed statement of who its bearer is, so a broker needs only the
 * control plane's public key to check one, and no database.
 */
public final class Credentials {
    private Credentials() {}

    /** A password, base64url without padding, for the user name {@code subject}. */
    public static String issue(SigningKey key, String subject, Role role, Instant now) {
        byte[] content = Credential.newBuilder()
                .setSubject(subject)
                .setRole(role)
                .setIssuedAt(
                        Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
                .build()
                .toByteArray();
        SignedCredential signed = SignedCredential.newBuilder()
                .setCredential(ByteString.copyFrom(content))
                .setKeyId(key.keyId())
                .setSignature(ByteString.copyFrom(key.sign(Domain.CREDENTIAL, content)))
                .build();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(signed.toByteArray());
    }

    /** The statement that a subject's credentials issued until {@code instant} are void. */
    public static byte[] revocation(Instant instant) {
        return CredentialRevocation.newBuilder()
                .setIssuedUntil(Timestamp.newBuilder()
                        .setSeconds(instant.getEpochSecond())
                        .setNanos(instant.getNano()))
                .build()
                .toByteArray();
    }

    /** Whether a revocation, as {@link #revocation} makes them, is about that credential; one that is broken is. */
    public static boolean isRevoked(Credential credential, byte[] revocation) {
        try {
            Timestamp until = CredentialRevocation.parseFrom(revocation).getIssuedUntil();
            return !instant(credential.getIssuedAt()).isAfter(instant(until));
        } catch (InvalidProtocolBufferException broken) {
            return true;
        }
    }

    private static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    /** The credential behind a password, if a trusted key signed it and it is for {@code userName}. */
    public static Optional<Credential> verify(VerificationKeys trusted, String userName, String password) {
        try {
            SignedCredential signed =
                    SignedCredential.parseFrom(Base64.getUrlDecoder().decode(password));
            VerificationKeys.Outcome outcome = trusted.verify(
                    Domain.CREDENTIAL,
                    signed.getCredential().toByteArray(),
                    signed.getKeyId(),
                    signed.getSignature().toByteArray());
            if (outcome != VerificationKeys.Outcome.VALID) {
                return Optional.empty();
            }
            return Optional.of(Credential.parseFrom(signed.getCredential()))
                    .filter(credential -> credential.getSubject().equals(userName));
        } catch (IllegalArgumentException | InvalidProtocolBufferException notACredential) {
            return Optional.empty();
        }
    }
}
