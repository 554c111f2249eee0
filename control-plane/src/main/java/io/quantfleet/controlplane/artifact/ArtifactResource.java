package io.quantfleet.controlplane.artifact;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Artifacts over REST, streamed in both directions. */
@Path("/api/v1/artifacts")
@Tag(name = "Artifacts")
public class ArtifactResource {
    private final Database database;
    private final ObjectStore store;
    private final JdbiArtifacts artifacts;
    private final Downloads downloads;
    private final Clock clock;

    ArtifactResource(Database database, ObjectStore store, JdbiArtifacts artifacts, Downloads downloads, Clock clock) {
        this.database = database;
        this.store = store;
        this.artifacts = artifacts;
        this.downloads = downloads;
        this.clock = clock;
    }

    /** @param size in bytes */
    @Schema(name = "StoredArtifact")
    record Stored(String sha256, long size) {}

    @PUT
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "putArtifact", summary = "Stores the request's body; the answer names it")
    @RequestBody(content = @Content(schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Stored put(InputStream body) throws IOException {
        StoredArtifact artifact = store.put(body);
        if (artifact.size() == 0) {
            throw ControlPlaneException.invalid("the body is empty: an artifact has at least one byte");
        }
        database.useTransaction(tx -> artifacts.record(tx, artifact, clock.instant()));
        return new Stored(artifact.sha256().hex(), artifact.size());
    }

    @GET
    @Path("{sha256}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(operationId = "getArtifact", summary = "The bytes of an artifact, or a range of them")
    @APIResponse(
            responseCode = "200",
            description = "All of it",
            content = @Content(schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(
            responseCode = "206",
            description = "The range that was asked for",
            content = @Content(schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "416", description = "The range lies behind the end")
    public Response get(
            String sha256,
            @HeaderParam("Range") Optional<String> range,
            @HeaderParam("If-Range") Optional<String> ifRange)
            throws IOException {
        return downloads.answer(sha256, range, ifRange);
    }
}
