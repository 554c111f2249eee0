package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.live.EventStreams;
import io.quantfleet.controlplane.live.Revision;
import io.quantfleet.protocols.ReasonCode;
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
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What happens to a rollout, as it happens. */
@Path("/api/v1/rollouts/{id}/events")
@Tag(name = "Rollouts")
public class RolloutEventResource {
    private final EventStreams streams;
    private final RolloutEvents events;

    RolloutEventResource(EventStreams streams, RolloutEvents events) {
        this.streams = streams;
        this.events = events;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    @Operation(
            operationId = "streamRolloutEvents",
            summary = "What happens to a rollout, as server-sent events",
            description =
                    "'move' has a line of its history, 'progress' its state, stages and bytes when they changed, both as"
                            + " JSON. It begins with all moves until now, or behind the event whose id is in Last-Event-ID, and ends"
                            + " with the rollout.")
    @APIResponse(
            responseCode = "200",
            description = "The stream",
            content =
                    @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(implementation = String.class)))
    @Refuses(ReasonCode.REQUEST_INVALID)
    public Multi<OutboundSseEvent> events(
            String id, @HeaderParam(HttpHeaders.LAST_EVENT_ID_HEADER) Optional<String> lastId, @Context Sse sse) {
        UUID rollout = RolloutResource.uuid(id);
        Optional<String> last = lastId.filter(text -> !text.isBlank());
        events.check(rollout, last);
        return streams.of(sse, Revision.Topic.ROLLOUTS, last, known -> events.after(rollout, known));
    }
}
