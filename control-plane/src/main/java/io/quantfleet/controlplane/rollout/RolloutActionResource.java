package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.audit.Actor;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.conditional.Preconditions;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** What people do to a rollout, over REST. */
@Path("/api/v1/rollouts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Rollouts")
public class RolloutActionResource {
    private final Database database;
    private final RolloutEngine engine;
    private final RolloutTicker ticker;
    private final JdbiRolloutViews views;
    private final EntityTags tags;
    private final Clock clock;

    RolloutActionResource(
            Database database,
            RolloutEngine engine,
            RolloutTicker ticker,
            JdbiRolloutViews views,
            EntityTags tags,
            Clock clock) {
        this.database = database;
        this.engine = engine;
        this.ticker = ticker;
        this.views = views;
        this.tags = tags;
        this.clock = clock;
    }

    @POST
    @Path("{id}/start")
    @Operation(operationId = "startRollout", summary = "Begins a draft, or a scheduled rollout before its time")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<RolloutView> begin(
            String id,
            RolloutResource.@Nullable Because why,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @BeanParam Preconditions preconditions) {
        return change(id, preconditions, RolloutResource.cause("start", why, actor), engine::start);
    }

    @POST
    @Path("{id}/approve")
    @Operation(operationId = "approveRollout", summary = "Opens the stage that waits for an approval")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<RolloutView> approve(
            String id,
            RolloutResource.@Nullable Because why,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @BeanParam Preconditions preconditions) {
        return change(id, preconditions, RolloutResource.cause("approve", why, actor), engine::approve);
    }

    @POST
    @Path("{id}/pause")
    @Operation(operationId = "pauseRollout", summary = "Asks no further device to install; those that were asked go on")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<RolloutView> pause(
            String id,
            RolloutResource.@Nullable Because why,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @BeanParam Preconditions preconditions) {
        return change(id, preconditions, RolloutResource.cause("pause", why, actor), engine::pause);
    }

    @POST
    @Path("{id}/resume")
    @Operation(operationId = "resumeRollout", summary = "Goes on where it was paused")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<RolloutView> resume(
            String id,
            RolloutResource.@Nullable Because why,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @BeanParam Preconditions preconditions) {
        return change(id, preconditions, RolloutResource.cause("resume", why, actor), engine::resume);
    }

    @POST
    @Path("{id}/promote")
    @Operation(operationId = "promoteRollout", summary = "Goes on to the next stage whatever the gates say")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<RolloutView> promote(
            String id,
            RolloutResource.@Nullable Because why,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @BeanParam Preconditions preconditions) {
        return change(id, preconditions, RolloutResource.cause("promote", why, actor), engine::promote);
    }

    @POST
    @Path("{id}/retry")
    @Operation(operationId = "retryRollout", summary = "Lets the devices that failed try again")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<RolloutView> retry(
            String id,
            RolloutResource.@Nullable Because why,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @BeanParam Preconditions preconditions) {
        return change(id, preconditions, RolloutResource.cause("retry", why, actor), engine::retry);
    }

    @POST
    @Path("{id}/rollback")
    @Operation(
            operationId = "rollBackRollout",
            summary = "Gives every device of the rollout back what it served before")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<RolloutView> rollBack(
            String id,
            RolloutResource.@Nullable Because why,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @BeanParam Preconditions preconditions) {
        return change(id, preconditions, RolloutResource.cause("rollback", why, actor), engine::rollBack);
    }

    @POST
    @Path("{id}/abort")
    @Operation(operationId = "abortRollout", summary = "Ends the rollout; devices stay as they are")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<RolloutView> abort(
            String id,
            RolloutResource.@Nullable Because why,
            @Nullable @HeaderParam(Actor.HEADER) String actor,
            @BeanParam Preconditions preconditions) {
        return change(id, preconditions, RolloutResource.cause("abort", why, actor), engine::abort);
    }

    /** What people can do to a rollout. */
    private interface Command {
        void run(Tx tx, UUID rollout, Cause cause);
    }

    private RestResponse<RolloutView> change(String id, Preconditions preconditions, Cause cause, Command command) {
        UUID uuid = RolloutResource.uuid(id);
        RolloutView changed = database.inTransaction(tx -> {
            if (preconditions.areGiven()) {
                engine.lock(tx, uuid);
                tags.require(preconditions, "rollout '" + id + "'", views.find(tx, uuid, clock.instant()));
            }
            command.run(tx, uuid, cause);
            tx.afterCommit(ticker::wake);
            return views.find(tx, uuid, clock.instant()).orElseThrow();
        });
        return tags.tagged(RestResponse.Status.OK, changed);
    }
}
