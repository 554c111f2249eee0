package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.eclipse.microprofile.openapi.annotations.Operation;
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

    RolloutResource(Database database, RolloutEngine engine, RolloutTicker ticker, JdbiRolloutViews views) {
        this.database = database;
        this.engine = engine;
        this.ticker = ticker;
        this.views = views;
    }

    /**
     * A rollout that is asked for.
     *
     * @param strategy its stages; the whole fleet at once if it is left out
     * @param draft whether it waits to be started
     */
    record NewRollout(
            @Nullable String fleet,
            @Nullable String model,
            @Nullable Integer version,
            @Nullable Strategy strategy,
            @Nullable Boolean draft) {}

    /** Why something is done. */
    record Because(@Nullable String reason) {
        private static String of(@Nullable Because body) {
            String reason = body == null ? null : body.reason();
            return reason == null || reason.isBlank() ? "asked for over REST" : reason;
        }
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Takes a model version to a fleet, stage by stage",
            description = "201 for a new rollout; 200 with the one under way if it is of the same version."
                    + " A rollout of another version that is under way is superseded when this one begins.")
    public Response start(NewRollout body) {
        RolloutEngine.Request request = request(body);
        RolloutEngine.Started started = database.inTransaction(tx -> engine.create(tx, request));
        ticker.wake();
        return Response.status(started.isNew() ? Response.Status.CREATED : Response.Status.OK)
                .location(URI.create("/api/v1/rollouts/" + started.id()))
                .entity(get(started.id().toString()))
                .build();
    }

    private static RolloutEngine.Request request(NewRollout body) {
        Integer version = body.version();
        if (version == null) {
            throw ControlPlaneException.invalid("'version' is missing: the number of the model version");
        }
        return new RolloutEngine.Request(
                Names.require("fleet", body.fleet()),
                Names.require("model", body.model()),
                version,
                Objects.requireNonNullElseGet(body.strategy(), Strategy::allAtOnce),
                Boolean.TRUE.equals(body.draft()));
    }

    @POST
    @Path("{id}/start")
    @Operation(summary = "Begins a draft, or a scheduled rollout before its time")
    public RolloutView begin(String id) {
        return change(id, engine::start);
    }

    @POST
    @Path("{id}/approve")
    @Operation(summary = "Opens the stage that waits for an approval")
    public RolloutView approve(String id) {
        return change(id, engine::approve);
    }

    @POST
    @Path("{id}/pause")
    @Operation(summary = "Asks no further device to install; those that were asked go on")
    public RolloutView pause(String id, @Nullable Because why) {
        return change(id, (tx, uuid) -> engine.pause(tx, uuid, Because.of(why)));
    }

    @POST
    @Path("{id}/resume")
    @Operation(summary = "Goes on where it was paused")
    public RolloutView resume(String id) {
        return change(id, engine::resume);
    }

    @POST
    @Path("{id}/promote")
    @Operation(summary = "Goes on to the next stage whatever the gates say")
    public RolloutView promote(String id) {
        return change(id, engine::promote);
    }

    @POST
    @Path("{id}/retry")
    @Operation(summary = "Lets the devices that failed try again")
    public RolloutView retry(String id) {
        return change(id, engine::retry);
    }

    @POST
    @Path("{id}/rollback")
    @Operation(summary = "Gives every device of the rollout back what it served before")
    public RolloutView rollBack(String id, @Nullable Because why) {
        return change(id, (tx, uuid) -> engine.rollBack(tx, uuid, Because.of(why)));
    }

    @POST
    @Path("{id}/abort")
    @Operation(summary = "Ends the rollout; devices stay as they are")
    public RolloutView abort(String id, @Nullable Because why) {
        return change(id, (tx, uuid) -> engine.abort(tx, uuid, Because.of(why)));
    }

    private RolloutView change(String id, BiConsumer<Tx, UUID> command) {
        UUID uuid = uuid(id);
        database.useTransaction(tx -> command.accept(tx, uuid));
        ticker.wake();
        return get(id);
    }

    @GET
    @Operation(summary = "Every rollout, newest first, without its devices")
    public List<RolloutView> list() {
        return database.inTransaction(views::list);
    }

    @GET
    @Path("{id}")
    @Operation(summary = "One rollout with every device's part")
    public RolloutView get(String id) {
        UUID uuid = uuid(id);
        return database.inTransaction(tx -> views.find(tx, uuid))
                .orElseThrow(() -> ControlPlaneException.notFound("rollout '" + id + "'"));
    }

    private static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.notFound("rollout '" + id + "'");
        }
    }
}
