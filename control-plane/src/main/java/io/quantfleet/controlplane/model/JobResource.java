package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Quantization jobs over REST. */
@Path("/api/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Jobs")
public class JobResource {
    private final Database database;
    private final JdbiVariants variants;
    private final JobCancellation cancellation;

    JobResource(Database database, JdbiVariants variants, JobCancellation cancellation) {
        this.database = database;
        this.variants = variants;
        this.cancellation = cancellation;
    }

    @GET
    @Path("{id}")
    @Operation(summary = "One job, and its variant once there is one")
    public VariantView get(String id) {
        UUID job = id(id);
        return database.inTransaction(tx -> variants.view(tx, job)).orElseThrow(() -> missing(id));
    }

    @POST
    @Path("{id}/cancel")
    @Operation(
            summary = "Ends a job that is queued or running as CANCELLED",
            description =
                    "The worker that has it stops within seconds. Harmless for a job that is cancelled already; 409 with"
                            + " ILLEGAL_STATE for one that ended otherwise.")
    public VariantView cancel(String id) {
        UUID job = id(id);
        database.useTransaction(tx -> cancellation.cancel(tx, job));
        return get(id);
    }

    private static UUID id(String text) {
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
