package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListParameters;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** Quantization jobs over REST. */
@Path("/api/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Jobs")
public class JobResource {
    private final Database database;
    private final JdbiVariants variants;
    private final JobCancellation cancellation;
    private final Clock clock;

    JobResource(Database database, JdbiVariants variants, JobCancellation cancellation, Clock clock) {
        this.database = database;
        this.variants = variants;
        this.cancellation = cancellation;
        this.clock = clock;
    }

    @GET
    @Operation(
            operationId = "listJobs",
            summary = "Jobs, newest first",
            description = "'filter' knows id, model, version, class, attempt, state, trains, worker and queued."
                    + " Where more follow, a Link header leads to the next page.")
    public RestResponse<List<JobSummary>> list(@BeanParam ListParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        Filter<JobSummary> matching = JobFields.read(request.filter(), clock.instant());
        Optional<UUID> after = request.afterId();
        return database.inTransaction(tx ->
                        ListPage.of(request, variants.jobs(tx, matching, after, request.limit() + 1), job -> job.jobId()
                                .toString()))
                .toResponse(uri);
    }

    @GET
    @Path("{id}")
    @Operation(operationId = "getJob", summary = "One job, and its variant once there is one")
    public VariantView get(String id) {
        UUID job = id(id);
        return database.inTransaction(tx -> variants.view(tx, job)).orElseThrow(() -> missing(id));
    }

    @POST
    @Path("{id}/cancel")
    @Operation(
            operationId = "cancelJob",
            summary = "Ends a job that is queued or running as CANCELLED",
            description =
                    "The worker that has it stops within seconds. Harmless for a job that is cancelled already; 409 with"
                            + " ILLEGAL_STATE for one that ended otherwise.")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public VariantView cancel(String id) {
        UUID job = id(id);
        database.useTransaction(tx -> cancellation.cancel(tx, job));
        return get(id);
    }

    static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw missing(text);
        }
    }

    private static ControlPlaneException missing(String id) {
        return ControlPlaneException.notFound("quantization job '" + id + "'");
    }
}
