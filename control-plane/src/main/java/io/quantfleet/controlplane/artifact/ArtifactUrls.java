package io.quantfleet.controlplane.artifact;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.signing.Domain;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Addresses that let their bearer fetch one artifact until they expire: HMAC-SHA256 over path and time, as stores like S3
 * have them, so that one of those can serve in this program's place. The secret follows from the credentials' key (an Ed25519
 * signature is deterministic, and nobody else can make this one), so every instance has the same. Thread-safe.
 */
@Singleton
class ArtifactUrls {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;
    private final Clock clock;

    ArtifactUrls(UrlKey key, Clock clock) {
        this.secret = new SecretKeySpec(key.key().sign(Domain.ARTIFACT_URL, new byte[0]), ALGORITHM);
        this.clock = clock;
    }

    /** The path of an artifact with what lets its bearer fetch it. */
    String path(Sha256 artifact, Instant expires) {
        long second = expires.getEpochSecond();
        return "/artifacts/" + artifact + "?expires=" + second + "&signature=" + signature(artifact.hex(), second);
    }

    /** Whether this program signed it, and it has not expired. */
    boolean isGood(String artifact, long expires, String signature) {
        byte[] expected = signature(artifact, expires).getBytes(StandardCharsets.US_ASCII);
        boolean ours = MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8));
        return ours && clock.instant().getEpochSecond() < expires;
    }

    private String signature(String artifact, long expires) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            byte[] content = ("GET\n/artifacts/" + artifact + "\n" + expires).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(mac.doFinal(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }
}
