package io.quantfleet.controlplane.security;

import io.quantfleet.protocols.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * Permission for some devices of one class to join a fleet.
 *
 * @param hash SHA-256 of the token; the token itself is shown once and not kept
 * @param usesLeft how many devices may still enrol with it
 * @param readmits whether devices that were decommissioned may come back with it
 * @param revokedAt when it was taken back
 */
record EnrolmentToken(
        String hash,
        String fleet,
        String deviceClass,
        int uses,
        int usesLeft,
        boolean readmits,
        Instant createdAt,
        Instant expiresAt,
        Optional<Instant> revokedAt) {
    private static final String PREFIX = "qfe_";
    private static final int RANDOM_BYTES = 24;
    private static final int ID_LENGTH = 16;
    private static final String ANOTHER = "; make another with 'quantfleet device token create'";

    /** A new secret: 192 random bits behind a prefix that makes it recognisable in a leak. */
    static String newSecret(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String hash(String secret) {
        return Sha256.of(secret.getBytes(StandardCharsets.UTF_8)).hex();
    }

    /** What it is called where the token itself must not be shown; the database knows it by the same. */
    String id() {
        return hash.substring(0, ID_LENGTH);
    }

    /** Why a device may not enrol with this token, if so; {@code holdsIt}: it has done so before. */
    Optional<String> objection(String wantedClass, boolean holdsIt, Instant now) {
        if (revokedAt.isPresent()) {
            return Optional.of("the enrolment token was revoked at " + revokedAt.get() + ANOTHER);
        }
        if (!now.isBefore(expiresAt)) {
            return Optional.of("the enrolment token expired at " + expiresAt + ANOTHER);
        }
        if (!wantedClass.equals(deviceClass)) {
            return Optional.of(
                    "the enrolment token is for devices of class '" + deviceClass + "', not '" + wantedClass + "'");
        }
        if (usesLeft == 0 && !holdsIt) {
            return Optional.of("the enrolment token is used up: it was good for " + uses + " devices" + ANOTHER);
        }
        return Optional.empty();
    }
}
