package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.idempotency.Creation;
import io.quantfleet.controlplane.idempotency.Creations;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.QuantizationOptions;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Quantizes versions again, over REST. */
@Path("/api/v1/models/{name}/versions/{version}/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models")
public class RequantizationResource {
    private final Requantization again;
    private final JdbiVariants variants;
    private final Creations creations;

    RequantizationResource(Requantization again, JdbiVariants variants, Creations creations) {
        this.again = again;
        this.variants = variants;
        this.creations = creations;
    }

    /**
     * @param deviceClasses empty or absent for every class
     * @param maxLossPoints absent for what the version was registered with
     * @param options absent for the worker's defaults
     */
    record NewJobs(
            @Nullable List<String> deviceClasses,
            @Nullable Double maxLossPoints,
            @Nullable JsonNode options) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "quantizeAgain",
            summary = "Quantizes a version again, perhaps with other options",
            description =
                    "A rollout takes the last attempt that is READY. 409 with ILLEGAL_STATE while the attempt before it is"
                            + " under way.")
    @Creates(located = false)
    @Refuses(ReasonCode.ILLEGAL_STATE)
    @APIResponse(
            responseCode = "201",
            description = "The jobs",
            content = @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = VariantView.class)))
    public Response quantizeAgain(
            String name, int version, NewJobs body, @Nullable @HeaderParam(Creations.HEADER) String key) {
        Optional<Double> points = Optional.ofNullable(body.maxLossPoints());
        if (points.filter(given -> !(given >= 0 && given <= 100)).isPresent()) {
            throw ControlPlaneException.invalid("maxLossPoints is in percentage points, from 0 to 100");
        }
        JobPlanner.Terms terms = new JobPlanner.Terms(
                points,
                Optional.ofNullable(body.options())
                        .map(options -> JobOptions.parse(options.toString()))
                        .orElse(QuantizationOptions.getDefaultInstance()));
        List<String> classes = Optional.ofNullable(body.deviceClasses()).orElse(List.of());
        return creations.once(
                key,
                "quantizeAgain",
                List.of(name, version, body),
                tx -> Creation.of(again.plan(tx, name, version, classes, terms).stream()
                        .map(job -> variants.view(tx, job.id()).orElseThrow())
                        .toList()));
    }
}
