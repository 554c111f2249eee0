package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.audit.Actor;
import io.quantfleet.controlplane.idempotency.Creation;
import io.quantfleet.controlplane.idempotency.Creations;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Rollouts over REST. */
@Path("/api/v1/rollouts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Rollouts")
public class RolloutResource {
    private final Database database;
    private final RolloutEngine engine;
    private final RolloutTicker ticker;
    private final JdbiRolloutViews views;
    private final Previews previews;
    private final JdbiRolloutPolicies policies;
    private final Creations creations;
    private final Clock clock;

    RolloutResource(
            Database database,
            RolloutEngine engine,
            RolloutTicker ticker,
            JdbiRolloutViews views,
            Previews previews,
            JdbiRolloutPolicies policies,
            Creations creations,
            Clock clock) {
        this.database = database;
        this.engine = engine;
        this.ticker = ticker;
        this.views = views;
        this.previews = previews;
        this.policies = policies;
        this.creations = creations;
        this.clock = clock;
    }

    /**
     * A rollout that is asked for.
     *
     * @param strategy its stages; the whole fleet at once if it and the policy are left out
     * @param policy the name of the rollout policy whose strategy it takes
     * @param draft whether it waits to be started
     * @param by who asks for it
     */
    public record NewRollout(
            @Nullable String fleet,
            @Nullable String model,
            @Nullable Integer version,
            @Nullable Strategy strategy,
            @Nullable String policy,
            @Nullable Boolean draft,
            @Nullable String by,
            @Nullable String reason) {}

    /** Why something is done, and by whom, unless the header {@link Actor#HEADER} says the latter. */
    @Schema(name = "RolloutReason")
    record Because(@Nullable String reason, @Nullable String by) {}

    static Cause cause(String action, @Nullable Because why, @Nullable String header) {
        String authenticated = Actor.of(header);
        String said = why == null || why.by() == null ? "" : why.by();
        String by = authenticated.isEmpty() ? said : authenticated;
        Optional<String> reason =
                Optional.ofNullable(why == null ? null : why.reason()).filter(text -> !text.isBlank());
        return new Cause(by, action, reason);
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createRollout",
            summary = "Takes a model version to a fleet, stage by stage",
            description = "201 for a new rollout; 200 with the one under way if it is of the same version."
                    + " A rollout of another version that is under way is superseded when this one begins."
                    + " With 'dryRun' nothing begins: 200 with what each stage would take in, and how many bytes.")
    @APIResponse(
            responseCode = "201",
            description = "The rollout",
            content = @Content(schema = @Schema(implementation = RolloutView.class)))
    @APIResponse(
            responseCode = "200",
            description = "The rollout of this version that is under way, or, with 'dryRun', what would happen",
            content = @Content(schema = @Schema(anyOf = {RolloutView.class, RolloutPreview.class})))
    @Creates
    @Refuses({
        ReasonCode.NOT_FOUND,
        ReasonCode.FILTER_INVALID,
        ReasonCode.FLEET_EMPTY,
        ReasonCode.STAGE_EMPTY,
        ReasonCode.VARIANT_NOT_READY,
        ReasonCode.ROLLOUT_IN_PROGRESS
    })
    public Response start(
            NewRollout body,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @Nullable @HeaderParam(Creations.HEADER) String key) {
        if (dryRun) {
            return Response.ok(dryRun(body)).build();
        }
        Cause cause = cause("create", new Because(body.reason(), body.by()), actor);
        return creations.once(key, "createRollout", body, tx -> {
            RolloutEngine.Started started = engine.create(tx, request(tx, body), cause);
            tx.afterCommit(ticker::wake);
            String id = started.id().toString();
            return new Creation(
                    started.isNew() ? Response.Status.CREATED : Response.Status.OK,
                    Optional.of(URI.create("/api/v1/rollouts/" + id)),
                    view(tx, id));
        });
    }

    /** What a rollout would do; refused as the rollout would be. */
    public RolloutPreview dryRun(NewRollout body) {
        return database.inTransaction(tx -> previews.preview(tx, request(tx, body)));
    }

    private RolloutEngine.Request request(Tx tx, NewRollout body) {
        Integer version = body.version();
        if (version == null) {
            throw ControlPlaneException.invalid("'version' is missing: the number of the model version");
        }
        return new RolloutEngine.Request(
                Names.require("fleet", body.fleet()),
                Names.require("model", body.model()),
                version,
                strategy(tx, body),
                Boolean.TRUE.equals(body.draft()));
    }

    private Strategy strategy(Tx tx, NewRollout body) {
        if (body.policy() == null) {
            return Objects.requireNonNullElseGet(body.strategy(), Strategy::allAtOnce);
        }
        if (body.strategy() != null) {
            throw ControlPlaneException.invalid(
                    "'strategy' and 'policy' both say how the rollout goes; give one of them");
        }
        return policies.require(tx, body.policy()).strategy();
    }

    private RolloutView view(Tx tx, String id) {
        return views.find(tx, uuid(id), clock.instant())
                .orElseThrow(() -> ControlPlaneException.notFound("rollout '" + id + "'"));
    }

    static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.notFound("rollout '" + id + "'");
        }
    }
}
