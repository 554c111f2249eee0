package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.device.JdbiDeviceClasses;
import io.quantfleet.controlplane.fleet.JdbiFleets;
import io.quantfleet.controlplane.idempotency.Creation;
import io.quantfleet.controlplane.idempotency.Creations;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Enrolment tokens over REST. */
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
    private final Creations creations;
    private final Clock clock;

    EnrolmentTokenResource(
            Database database,
            JdbiEnrolmentTokens tokens,
            JdbiFleets fleets,
            JdbiDeviceClasses classes,
            Creations creations,
            Clock clock) {
        this.database = database;
        this.tokens = tokens;
        this.fleets = fleets;
        this.classes = classes;
        this.creations = creations;
        this.clock = clock;
    }

    /**
     * @param uses how many devices may enrol with it; by default one
     * @param ttlSeconds how long it is good for; by default a day
     * @param readmits whether devices that were decommissioned may come back with it; by default not
     */
    @Schema(name = "NewEnrolmentToken")
    record NewToken(
            @Nullable String fleet,
            @Nullable String deviceClass,
            @Nullable Integer uses,
            @Nullable Long ttlSeconds,
            @Nullable Boolean readmits) {}

    /** @param token the secret, shown only here */
    @Schema(name = "EnrolmentToken")
    record Made(
            String token, String id, String fleet, String deviceClass, int uses, boolean readmits, Instant expiresAt) {}

    /** A token without its secret. */
    @Schema(name = "EnrolmentTokenSummary")
    record View(
            String id,
            String fleet,
            String deviceClass,
            int uses,
            int usesLeft,
            boolean readmits,
            Instant createdAt,
            Instant expiresAt,
            Optional<Instant> revokedAt) {
        static View of(EnrolmentToken token) {
            return new View(
                    token.id(),
                    token.fleet(),
                    token.deviceClass(),
                    token.uses(),
                    token.usesLeft(),
                    token.readmits(),
                    token.createdAt(),
                    token.expiresAt(),
                    token.revokedAt());
        }
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createEnrolmentToken",
            summary = "Makes a token with which devices of one class may join a fleet")
    @Creates(located = false)
    @Refuses(ReasonCode.NOT_FOUND)
    @APIResponseSchema(value = Made.class, responseCode = "201", responseDescription = "The token")
    public Response make(NewToken body, @Nullable @HeaderParam(Creations.HEADER) String key) {
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
                EnrolmentToken.hash(secret),
                fleet,
                deviceClass,
                uses,
                uses,
                Boolean.TRUE.equals(body.readmits()),
                now,
                now.plusSeconds(seconds),
                Optional.empty());
        return creations.once(key, "createEnrolmentToken", body, tx -> {
            fleets.requireStatic(tx, fleet);
            classes.require(tx, deviceClass);
            tokens.insert(tx, token);
            return Creation.of(
                    new Made(secret, token.id(), fleet, deviceClass, uses, token.readmits(), token.expiresAt()));
        });
    }

    @GET
    @Operation(
            operationId = "listEnrolmentTokens",
            summary = "Enrolment tokens without their secrets, the newest first",
            description = "Those that can still be used; with 'all' also the used up, expired and revoked.")
    public RestResponse<List<View>> list(
            @QueryParam("all") @DefaultValue("false") boolean all,
            @QueryParam("limit") @Nullable Integer limit,
            @QueryParam("cursor") @Nullable String cursor,
            @Context UriInfo uri) {
        ListRequest request = ListRequest.of(null, limit, cursor);
        return database.inTransaction(tx -> ListPage.of(
                        request,
                        tokens.list(tx, all, clock.instant(), request.after(), request.limit() + 1).stream()
                                .map(View::of)
                                .toList(),
                        View::id))
                .toResponse(uri);
    }

    @DELETE
    @Path("{id}")
    @Operation(
            operationId = "revokeEnrolmentToken",
            summary = "Revokes a token",
            description = "No device enrols with it from then on; those that have done so stay enrolled.")
    public View revoke(String id) {
        return database.inTransaction(tx -> tokens.revoke(tx, id, clock.instant()))
                .map(View::of)
                .orElseThrow(() -> ControlPlaneException.notFound("enrolment token '" + id + "'"));
    }
}
