package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Refuses;
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
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** Rollout policies over REST. */
@Path("/api/v1/rollout-policies")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Rollouts")
public class RolloutPolicyResource {
    private final Database database;
    private final JdbiRolloutPolicies policies;
    private final Clock clock;

    RolloutPolicyResource(Database database, JdbiRolloutPolicies policies, Clock clock) {
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
    public RolloutPolicy get(String name) {
        return database.inTransaction(tx -> policies.require(tx, name));
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
    public RolloutPolicy put(
            String name, Strategy strategy, @QueryParam("dryRun") @DefaultValue("false") boolean dryRun) {
        Instant now = clock.instant();
        RolloutPolicy checked = new RolloutPolicy(name, strategy, now, now);
        return dryRun ? checked : database.inTransaction(tx -> policies.put(tx, name, strategy, now));
    }

    @DELETE
    @Path("{name}")
    @Operation(operationId = "deleteRolloutPolicy", summary = "Deletes a rollout policy")
    public void delete(String name) {
        database.useTransaction(tx -> policies.delete(tx, name));
    }
}
