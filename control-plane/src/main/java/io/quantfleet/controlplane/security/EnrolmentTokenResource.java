package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.device.JdbiDeviceClasses;
import io.quantfleet.controlplane.fleet.JdbiFleets;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Makes enrolment tokens. */
@Path("/api/v1/enrolment-tokens")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Enrolment")
public class EnrolmentTokenResource {
    private static final int MAX_USES = 1_000_000;
    private static final Duration MAX_VALIDITY = Duration.ofDays(366);
    private static final Duration DEFAULT_VALIDITY = Duration.ofDays(1);

    private final SecureRandom random = new SecureRandom();
    private final Database database;
    private final JdbiEnrolmentTokens tokens;
    private final JdbiFleets fleets;
    private final JdbiDeviceClasses classes;
    private final Clock clock;

    EnrolmentTokenResource(
            Database database, JdbiEnrolmentTokens tokens, JdbiFleets fleets, JdbiDeviceClasses classes, Clock clock) {
        this.database = database;
        this.tokens = tokens;
        this.fleets = fleets;
        this.classes = classes;
        this.clock = clock;
    }

    /**
     * @param uses how many devices may enrol with it; by default one
     * @param ttlSeconds how long it is good for; by default a day
     */
    record NewToken(
            @Nullable String fleet,
            @Nullable String deviceClass,
            @Nullable Integer uses,
            @Nullable Long ttlSeconds) {}

    /** @param token the secret, shown only here */
    record Made(String token, String fleet, String deviceClass, int uses, Instant expiresAt) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Makes a token with which devices of one class may join a fleet")
    public Response make(NewToken body) {
        String fleet = Names.require("fleet", body.fleet());
        String deviceClass = Names.require("device class", body.deviceClass());
        int uses = Objects.requireNonNullElse(body.uses(), 1);
        if (uses < 1 || uses > MAX_USES) {
            throw ControlPlaneException.invalid("'uses' is " + uses + "; it must be from 1 to " + MAX_USES);
        }
        long seconds = Objects.requireNonNullElse(body.ttlSeconds(), DEFAULT_VALIDITY.toSeconds());
        if (seconds < 1 || seconds > MAX_VALIDITY.toSeconds()) {
            throw ControlPlaneException.invalid(
                    "'ttlSeconds' is " + seconds + "; it must be from 1 to " + MAX_VALIDITY.toSeconds());
        }
        String secret = EnrolmentToken.newSecret(random);
        Instant now = clock.instant();
        EnrolmentToken token = new EnrolmentToken(
                EnrolmentToken.hash(secret), fleet, deviceClass, uses, uses, now.plusSeconds(seconds));
        database.useTransaction(tx -> {
            fleets.require(tx, fleet);
            classes.require(tx, deviceClass);
            tokens.insert(tx, token, now);
        });
        return Response.status(Response.Status.CREATED)
                .entity(new Made(secret, fleet, deviceClass, uses, token.expiresAt()))
                .build();
    }
}
