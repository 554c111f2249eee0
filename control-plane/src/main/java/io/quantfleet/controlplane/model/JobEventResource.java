package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.live.EventStreams;
import io.quantfleet.controlplane.live.Revision;
import io.quantfleet.controlplane.storage.Database;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What happens to a quantization job, as it happens. */
@Path("/api/v1/jobs/{id}/events")
@Tag(name = "Jobs")
public class JobEventResource {
    private static final Set<String> UNDER_WAY = Set.of("QUEUED", "RUNNING");

    private final Database database;
    private final JdbiVariants variants;
    private final EventStreams streams;
    private final EntityTags tags;

    JobEventResource(Database database, JdbiVariants variants, EventStreams streams, EntityTags tags) {
        this.database = database;
        this.variants = variants;
        this.streams = streams;
        this.tags = tags;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    @Operation(
            operationId = "streamJobEvents",
            summary = "What happens to a job, as server-sent events",
            description =
                    "'job' has the job as GET gives it, as JSON, whenever it changed. It begins with the job as it is, or"
                            + " with what is other than in the event whose id is in Last-Event-ID, and ends with the job.")
    @APIResponse(
            responseCode = "200",
            description = "The stream",
            content =
                    @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(implementation = String.class)))
    public Multi<OutboundSseEvent> events(
            String id, @HeaderParam(HttpHeaders.LAST_EVENT_ID_HEADER) Optional<String> lastId, @Context Sse sse) {
        UUID job = JobResource.id(id);
        view(job);
        return streams.of(
                sse, Revision.Topic.MODELS, lastId.filter(text -> !text.isBlank()), known -> after(job, known));
    }

    private EventStreams.News after(UUID job, Optional<String> lastId) {
        VariantView view = view(job);
        String hash = tags.hash(view);
        return new EventStreams.News(
                lastId.filter(hash::equals).isPresent()
                        ? List.of()
                        : List.of(new EventStreams.Event(hash, "job", view)),
                !UNDER_WAY.contains(view.state()));
    }

    private VariantView view(UUID job) {
        return database.inTransaction(tx -> variants.view(tx, job))
                .orElseThrow(() -> ControlPlaneException.notFound("quantization job '" + job + "'"));
    }
}
