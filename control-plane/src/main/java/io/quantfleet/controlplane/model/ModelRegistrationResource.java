package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.idempotency.Creation;
import io.quantfleet.controlplane.idempotency.Creations;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.ObjectStore;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;
import org.jspecify.annotations.Nullable;

/** Registers versions of models over REST. */
@Path("/api/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Models")
public class ModelRegistrationResource {
    private final ObjectStore store;
    private final ModelRegistry registry;
    private final JobPlanner planner;
    private final QuantizationDefaults defaults;
    private final Creations creations;

    ModelRegistrationResource(
            ObjectStore store,
            ModelRegistry registry,
            JobPlanner planner,
            QuantizationDefaults defaults,
            Creations creations) {
        this.store = store;
        this.registry = registry;
        this.planner = planner;
        this.defaults = defaults;
        this.creations = creations;
    }

    /** The parts of the form, for the description of the interface. */
    @Schema(
            name = "ModelForm",
            requiredProperties = {"description", "onnx", "calibration", "validation"})
    record Form(
            @Schema(description = "YAML text, by the schema of model descriptions")
            String description,

            @Schema(type = SchemaType.STRING, format = "binary")
            String onnx,

            @Schema(
                    type = SchemaType.ARRAY,
                    implementation = byte[].class,
                    description = "files that the graph refers to")
            List<String> externalData,

            @Schema(type = SchemaType.STRING, format = "binary", description = ".zip or .npz")
            String calibration,

            @Schema(type = SchemaType.STRING, format = "binary", description = ".zip or .npz")
            String validation,

            @Schema(
                    type = SchemaType.STRING,
                    format = "binary",
                    description = ".zip or .npz to train with, with or without labels")
            @Nullable
            String training,

            @Schema(description = "in percentage points, 0 to 100; not for a language model")
            Double maxLossPoints,

            @Schema(description = "JSON, by the schema of quantization options")
            String options) {}

    @Schema(name = "RegisteredModelVersion")
    record Made(String name, int version, String onnxSha256) {}

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(
            operationId = "registerModelVersion",
            summary = "Registers the next version of a model",
            description = "Parts: description (YAML), onnx, externalData (any number), calibration, validation"
                    + " (.zip or .npz), and where they are wanted training (.zip or .npz), maxLossPoints and options"
                    + " (JSON). The model's name is in the description."
                    + " Jobs that train wait for a worker that can.")
    @Creates
    @Refuses({
        ReasonCode.DESCRIPTION_INVALID,
        ReasonCode.MODEL_MALFORMED,
        ReasonCode.DATASET_INVALID,
        ReasonCode.MODEL_VERSION_EXISTS
    })
    @APIResponseSchema(value = Made.class, responseCode = "201", responseDescription = "The version")
    public Response register(
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.MULTIPART_FORM_DATA,
                                            schema = @Schema(implementation = Form.class)))
                    MultipartFormDataInput form,
            @Nullable @HeaderParam(Creations.HEADER) String key)
            throws IOException {
        ModelUpload upload = new ModelUpload(form);
        NewModelVersion version = upload.store(store, defaults.maxLossPoints());
        return creations.once(key, "registerModelVersion", request(version, upload), tx -> {
            ModelVersionId id = registry.registerNext(tx, version);
            planner.announce(tx, id, version, upload.options());
            return Creation.at(
                    "/api/v1/models/" + id.model() + "/versions/" + id.version(),
                    new Made(
                            id.model(),
                            id.version(),
                            version.artifacts().getOnnx().getArtifact().getSha256()));
        });
    }

    /** What tells one upload from another: its files by their hashes, and how it is to be quantized. */
    private static List<Object> request(NewModelVersion version, ModelUpload upload) {
        return List.of(
                version.artifacts().toByteArray(),
                version.maxLossPoints(),
                upload.options().toByteArray());
    }
}
