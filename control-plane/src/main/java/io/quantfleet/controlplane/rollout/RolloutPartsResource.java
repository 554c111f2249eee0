package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a rollout has many of, over REST. */
@Path("/api/v1/rollouts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Rollouts")
public class RolloutPartsResource {
    private static final int MAX_PAGE = 10_000;

    private final Database database;
    private final JdbiRolloutViews views;
    private final JdbiRolloutHistory history;

    RolloutPartsResource(Database database, JdbiRolloutViews views, JdbiRolloutHistory history) {
        this.database = database;
        this.views = views;
        this.history = history;
    }

    @GET
    @Path("{id}/devices")
    @Operation(
            operationId = "listRolloutDevices",
            summary = "The devices that were asked, in the order of their ids",
            description =
                    "Up to 'limit' (1000, at most 10000) behind the device 'after'; fewer mean that there are no more.")
    public List<RolloutView.Device> devices(
            String id,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("limit") @DefaultValue("1000") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw ControlPlaneException.invalid("'limit' is 1 to " + MAX_PAGE + ", not " + limit);
        }
        UUID uuid = RolloutResource.uuid(id);
        return database.inTransaction(tx -> {
            views.require(tx, uuid);
            return views.devices(tx, uuid, after, limit);
        });
    }

    @GET
    @Path("{id}/history")
    @Operation(
            operationId = "listRolloutHistory",
            summary = "Every move of a rollout, oldest first: who, when, why, from where to where")
    public List<JdbiRolloutHistory.Entry> history(String id) {
        UUID uuid = RolloutResource.uuid(id);
        return database.inTransaction(tx -> {
            views.require(tx, uuid);
            return history.of(tx, uuid);
        });
    }
}
