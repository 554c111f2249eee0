package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.conditional.Preconditions;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.listing.PageParameters;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Rollout policies over REST. */
@Path("/api/v1/rollout-policies")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Rollouts")
public class RolloutPolicyResource {
    private final Database database;
    private final JdbiRolloutPolicies policies;
    private final EntityTags tags;
    private final Clock clock;

    RolloutPolicyResource(Database database, JdbiRolloutPolicies policies, EntityTags tags, Clock clock) {
        this.tags = tags;
        this.database = database;
        this.policies = policies;
        this.clock = clock;
    }

    @GET
    @Operation(operationId = "listRolloutPolicies", summary = "Strategies by name, for rollouts to come")
    public RestResponse<List<RolloutPolicy>> list(@BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        return ListPage.within(request, database.inTransaction(policies::list), RolloutPolicy::name)
                .toResponse(uri);
    }

    @GET
    @Path("{name}")
    @Operation(operationId = "getRolloutPolicy", summary = "One rollout policy")
    public RestResponse<RolloutPolicy> get(
            String name, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return tags.read(ifNoneMatch, database.inTransaction(tx -> policies.require(tx, name)));
    }

    @PUT
    @Path("{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "putRolloutPolicy",
            summary = "Makes a rollout policy, or replaces its strategy",
            description = "Takes a strategy as rollouts do, without 'startAt'. Rollouts that were created by it keep"
                    + " theirs. With 'dryRun' nothing is kept.")
    @Refuses(ReasonCode.FILTER_INVALID)
    public RestResponse<RolloutPolicy> put(
            String name,
            Strategy strategy,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @BeanParam Preconditions preconditions) {
        Instant now = clock.instant();
        RolloutPolicy checked = new RolloutPolicy(name, strategy, now, now);
        RolloutPolicy put = database.inTransaction(tx -> {
            tags.require(preconditions, title(name), policies.lock(tx, name));
            return dryRun ? checked : policies.put(tx, name, strategy, now);
        });
        return tags.tagged(RestResponse.Status.OK, put);
    }

    @DELETE
    @Path("{name}")
    @Operation(operationId = "deleteRolloutPolicy", summary = "Deletes a rollout policy")
    public void delete(String name, @BeanParam Preconditions preconditions) {
        database.useTransaction(tx -> {
            tags.require(preconditions, title(name), policies.lock(tx, name));
            policies.delete(tx, name);
        });
    }

    private static String title(String name) {
        return "rollout policy '" + name + "'";
    }
}
