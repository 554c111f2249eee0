package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListParameters;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.listing.PageParameters;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** Models, their versions and variants over REST. */
@Path("/api/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models")
public class ModelResource {
    private final Database database;
    private final JdbiModels models;
    private final JdbiVariants variants;
    private final Clock clock;

    ModelResource(Database database, JdbiModels models, JdbiVariants variants, Clock clock) {
        this.database = database;
        this.models = models;
        this.variants = variants;
        this.clock = clock;
    }

    /**
     * @param onnxBytes of the graph and its external data
     * @param maxLossPoints percentage points of accuracy that a variant may lose; absent for a language model
     * @param source REST or EVENT
     */
    @Schema(name = "ModelVersion")
    record VersionView(
            String name,
            int version,
            String task,
            String onnxSha256,
            long onnxBytes,
            Optional<Double> maxLossPoints,
            String source,
            Instant registeredAt,
            String description,
            List<VariantView> variants) {}

    @GET
    @Operation(
            operationId = "listModels",
            summary = "Models, by their names",
            description = "'filter' knows name, version (the latest), versions (how many) and registered."
                    + " Where more follow, a Link header leads to the next page.")
    public RestResponse<List<JdbiModels.Summary>> list(@BeanParam ListParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        Filter<JdbiModels.Summary> matching = ModelFields.read(request.filter(), clock.instant());
        return database.inTransaction(tx -> ListPage.of(
                        request,
                        models.list(tx, matching, request.after(), request.limit() + 1),
                        JdbiModels.Summary::name))
                .toResponse(uri);
    }

    @GET
    @Path("{name}")
    @Operation(operationId = "listModelVersions", summary = "Every version of a model, newest first")
    public RestResponse<List<VersionView>> versions(
            String name, @BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        List<VersionView> all = database.inTransaction(tx -> {
            List<JdbiModels.Registered> versions = models.versions(tx, name);
            if (versions.isEmpty()) {
                throw ControlPlaneException.notFound("model '" + name + "'");
            }
            return versions.stream()
                    .map(version ->
                            view(version, variants.views(tx, name, version.id().version())))
                    .toList();
        });
        return ListPage.within(request, all, version -> String.valueOf(version.version()))
                .toResponse(uri);
    }

    @GET
    @Path("{name}/versions/{version}")
    @Operation(operationId = "getModelVersion", summary = "One version, with its jobs and variants")
    public VersionView version(String name, int version) {
        return database.inTransaction(tx -> models.find(tx, name, version)
                .map(registered -> view(registered, variants.views(tx, name, version)))
                .orElseThrow(() -> ControlPlaneException.notFound("version " + version + " of model '" + name + "'")));
    }

    @GET
    @Path("{name}/versions/{version}/variants")
    @Operation(operationId = "listVariants", summary = "What became of one version for each device class")
    public RestResponse<List<VariantView>> variants(
            String name, int version, @BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        List<VariantView> all = database.inTransaction(tx -> {
            models.require(tx, name, version);
            return variants.views(tx, name, version);
        });
        return ListPage.within(request, all, variant -> variant.jobId().toString())
                .toResponse(uri);
    }

    private static VersionView view(JdbiModels.Registered version, List<VariantView> variants) {
        return new VersionView(
                version.id().model(),
                version.id().version(),
                version.task(),
                version.onnxSha256(),
                version.onnxBytes(),
                version.maxLossPoints(),
                version.source(),
                version.registeredAt(),
                version.description(),
                variants);
    }
}
