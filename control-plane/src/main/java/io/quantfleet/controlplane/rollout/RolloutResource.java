package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.UUID;
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
    private final JdbiRolloutViews views;

    RolloutResource(Database database, RolloutEngine engine, JdbiRolloutViews views) {
        this.database = database;
        this.engine = engine;
        this.views = views;
    }

    record NewRollout(
            @Nullable String fleet,
            @Nullable String model,
            @Nullable Integer version) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Takes a model version to every device of a fleet",
            description = "201 for a new rollout; 200 with the one under way if it is of the same version."
                    + " A rollout of another version that is under way is superseded.")
    public Response start(NewRollout body) {
        String fleet = Names.require("fleet", body.fleet());
        String model = Names.require("model", body.model());
        Integer version = body.version();
        if (version == null) {
            throw ControlPlaneException.invalid("'version' is missing: the number of the model version");
        }
        RolloutEngine.Started started = database.inTransaction(tx -> engine.start(tx, fleet, model, version));
        return Response.status(started.isNew() ? Response.Status.CREATED : Response.Status.OK)
                .location(URI.create("/api/v1/rollouts/" + started.id()))
                .entity(get(started.id().toString()))
                .build();
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
        UUID uuid;
        try {
            uuid = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.notFound("rollout '" + id + "'");
        }
        return database.inTransaction(tx -> views.find(tx, uuid))
                .orElseThrow(() -> ControlPlaneException.notFound("rollout '" + id + "'"));
    }
}
