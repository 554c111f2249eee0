package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.artifact.ObjectStore;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

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

    ModelResource(
            Database database,
            ObjectStore store,
            ModelRegistry registry,
            JobPlanner planner,
            JdbiModels models,
            JdbiVariants variants,
            QuantizationDefaults defaults) {
        this.database = database;
        this.store = store;
        this.registry = registry;
        this.planner = planner;
        this.models = models;
        this.variants = variants;
        this.defaults = defaults;
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
                    + " (.zip or .npz), maxLossPoints (optional). The model's name is in the description.")
    public Response register(MultipartFormDataInput form) throws IOException {
        ModelUpload upload = new ModelUpload(form);
        NewModelVersion version = upload.store(store, defaults.maxLossPoints());
        ModelVersionId id = database.inTransaction(tx -> {
            ModelVersionId registered = registry.registerNext(tx, version);
            planner.announce(tx, registered, version);
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
    @Operation(summary = "Every model")
    public List<JdbiModels.Summary> list() {
        return database.inTransaction(models::list);
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
