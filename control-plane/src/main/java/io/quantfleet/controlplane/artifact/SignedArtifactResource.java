package io.quantfleet.controlplane.artifact;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Artifacts for devices: by the addresses that their manifests have. */
@Path("/artifacts")
@Tag(name = "Artifacts")
public class SignedArtifactResource {
    private final ArtifactUrls urls;
    private final Downloads downloads;

    SignedArtifactResource(ArtifactUrls urls, Downloads downloads) {
        this.urls = urls;
        this.downloads = downloads;
    }

    @GET
    @Path("{sha256}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(
            operationId = "getSignedArtifact",
            summary = "The bytes of an artifact, or a range of them, for who has a signed address")
    @APIResponse(
            responseCode = "200",
            description = "All of it",
            content = @Content(schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(
            responseCode = "206",
            description = "The range that was asked for",
            content = @Content(schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "416", description = "The range lies behind the end")
    @Refuses(ReasonCode.ARTIFACT_URL_INVALID)
    public Response get(
            String sha256,
            @QueryParam("expires") Optional<Long> expires,
            @QueryParam("signature") Optional<String> signature,
            @HeaderParam("Range") Optional<String> range,
            @HeaderParam("If-Range") Optional<String> ifRange)
            throws IOException {
        if (expires.isEmpty() || signature.isEmpty() || !urls.isGood(sha256, expires.get(), signature.get())) {
            throw new ControlPlaneException(
                    ReasonCode.ARTIFACT_URL_INVALID,
                    "this address is not signed by this installation, or has expired; the next manifest has a new one");
        }
        return downloads.answer(sha256, range, ifRange);
    }
}
