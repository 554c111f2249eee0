package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListParameters;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.v1.QuantizationOptions;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;
import org.jspecify.annotations.Nullable;

/** Models, their versions and variants over REST. */
@Path("/api/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models")
public class ModelResource {
    private final Database database;
    private final ObjectStore store;
    private final ModelRegistry registry;
    private final JobPlanner planner;
    private final JdbiModels models;
    private final JdbiVariants variants;
    private final QuantizationDefaults defaults;
    private final Requantization again;
    private final Clock clock;

    ModelResource(
            Database database,
            ObjectStore store,
            ModelRegistry registry,
            JobPlanner planner,
            JdbiModels models,
            JdbiVariants variants,
            QuantizationDefaults defaults,
            Requantization again,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.registry = registry;
        this.planner = planner;
        this.models = models;
        this.variants = variants;
        this.defaults = defaults;
        this.again = again;
        this.clock = clock;
    }

    record Made(String name, int version, String onnxSha256) {}

    /**
     * @param onnxBytes of the graph and its external data
     * @param source REST or EVENT
     */
    record VersionView(
            String name,
            int version,
            String task,
            String onnxSha256,
            long onnxBytes,
            double maxLossPoints,
            String source,
            Instant registeredAt,
            String description,
            List<VariantView> variants) {}

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(
            summary = "Registers the next version of a model",
            description = "Parts: description (YAML), onnx, externalData (any number), calibration, validation"
                    + " (.zip or .npz), maxLossPoints and options (JSON; both optional). The model's name is in the"
                    + " description.")
    public Response register(MultipartFormDataInput form) throws IOException {
        ModelUpload upload = new ModelUpload(form);
        NewModelVersion version = upload.store(store, defaults.maxLossPoints());
        ModelVersionId id = database.inTransaction(tx -> {
            ModelVersionId registered = registry.registerNext(tx, version);
            planner.announce(tx, registered, version, upload.options());
            return registered;
        });
        return Response.created(URI.create("/api/v1/models/" + id.model() + "/versions/" + id.version()))
                .entity(new Made(
                        id.model(),
                        id.version(),
                        version.artifacts().getOnnx().getArtifact().getSha256()))
                .build();
    }

    @GET
    @Operation(
            summary = "Models, by their names",
            description = "'filter' knows name, version (the latest), versions (how many) and registered."
                    + " Where more follow, a Link header leads to the next page.")
    public Response list(@BeanParam ListParameters parameters, @Context UriInfo uri) {
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
    @Operation(summary = "Every version of a model, newest first")
    public List<VersionView> versions(String name) {
        return database.inTransaction(tx -> {
            List<JdbiModels.Registered> versions = models.versions(tx, name);
            if (versions.isEmpty()) {
                throw ControlPlaneException.notFound("model '" + name + "'");
            }
            return versions.stream()
                    .map(version ->
                            view(version, variants.views(tx, name, version.id().version())))
                    .toList();
        });
    }

    @GET
    @Path("{name}/versions/{version}")
    @Operation(summary = "One version, with its jobs and variants")
    public VersionView version(String name, int version) {
        return database.inTransaction(tx -> models.find(tx, name, version)
                .map(registered -> view(registered, variants.views(tx, name, version)))
                .orElseThrow(() -> ControlPlaneException.notFound("version " + version + " of model '" + name + "'")));
    }

    @GET
    @Path("{name}/versions/{version}/variants")
    @Operation(summary = "What became of one version for each device class")
    public List<VariantView> variants(String name, int version) {
        return database.inTransaction(tx -> {
            models.require(tx, name, version);
            return variants.views(tx, name, version);
        });
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
    @Path("{name}/versions/{version}/jobs")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Quantizes a version again, perhaps with other options",
            description =
                    "A rollout takes the last attempt that is READY. 409 with ILLEGAL_STATE while the attempt before it is"
                            + " under way.")
    public Response quantizeAgain(String name, int version, NewJobs body) {
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
        List<VariantView> planned = database.inTransaction(tx -> again.plan(tx, name, version, classes, terms).stream()
                .map(job -> variants.view(tx, job.id()).orElseThrow())
                .toList());
        return Response.status(Response.Status.CREATED).entity(planned).build();
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
