package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListParameters;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.listing.PageParameters;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Rollouts as they are, over REST. */
@Path("/api/v1/rollouts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Rollouts")
public class RolloutViewResource {
    private final Database database;
    private final JdbiRolloutViews views;
    private final JdbiRolloutHistory history;
    private final EntityTags tags;
    private final Clock clock;

    RolloutViewResource(
            Database database, JdbiRolloutViews views, JdbiRolloutHistory history, EntityTags tags, Clock clock) {
        this.database = database;
        this.views = views;
        this.history = history;
        this.tags = tags;
        this.clock = clock;
    }

    @GET
    @Operation(
            operationId = "listRollouts",
            summary = "Rollouts, newest first, without their devices",
            description = "'filter' knows id, fleet, model, version, state and created."
                    + " Where more follow, a Link header leads to the next page.")
    public RestResponse<List<RolloutView>> list(@BeanParam ListParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        Filter<JdbiRollouts.Rollout> matching = RolloutFields.read(request.filter(), clock.instant());
        Optional<UUID> after = request.afterId();
        return database.inTransaction(tx -> ListPage.of(
                        request, views.list(tx, matching, after, request.limit() + 1), rollout -> rollout.id()
                                .toString()))
                .toResponse(uri);
    }

    @GET
    @Path("{id}")
    @Operation(
            operationId = "getRollout",
            summary = "One rollout with its stages and the first thousand of the devices that were asked")
    public RestResponse<RolloutView> get(
            String id, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        UUID uuid = RolloutResource.uuid(id);
        return database.inTransaction(tx -> views.find(tx, uuid, clock.instant()))
                .map(view -> tags.read(ifNoneMatch, view))
                .orElseThrow(() -> ControlPlaneException.notFound("rollout '" + id + "'"));
    }

    @GET
    @Path("{id}/devices")
    @Operation(
            operationId = "listRolloutDevices",
            summary = "The devices that were asked, in the order of their ids",
            description = "Up to 'limit' (1000, at most 10000), behind the device 'after' or where 'cursor' leads to."
                    + " Where more follow, a Link header leads to the next page.")
    public RestResponse<List<RolloutView.Device>> devices(
            String id,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("limit") @DefaultValue("1000") int limit,
            @QueryParam("cursor") @Nullable String cursor,
            @Context UriInfo uri) {
        ListRequest request = ListRequest.of(null, limit, cursor);
        UUID uuid = RolloutResource.uuid(id);
        return database.inTransaction(tx -> {
                    views.require(tx, uuid);
                    String behind = request.after().orElse(after);
                    return ListPage.of(
                            request,
                            views.devices(tx, uuid, behind, request.limit() + 1),
                            RolloutView.Device::deviceId);
                })
                .toResponse(uri);
    }

    @GET
    @Path("{id}/history")
    @Operation(
            operationId = "listRolloutHistory",
            summary = "Every move of a rollout, oldest first: who, when, why, from where to where")
    public RestResponse<List<JdbiRolloutHistory.Entry>> history(
            String id, @BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        UUID uuid = RolloutResource.uuid(id);
        return database.inTransaction(tx -> {
                    views.require(tx, uuid);
                    return ListPage.numbered(request, history.of(tx, uuid));
                })
                .toResponse(uri);
    }
}
