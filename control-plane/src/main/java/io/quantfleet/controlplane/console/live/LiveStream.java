package io.quantfleet.controlplane.console.live;

import io.quantfleet.controlplane.live.Revision;
import io.quantfleet.controlplane.live.RevisionWatch;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The stream of events of an open page: one event named after each topic that changed, upon which the page fetches what
 * it shows anew. A page says which revision it shows, so that nothing is missed between its rendering and its stream, or
 * while the stream was broken.
 */
@Path("/console/live")
class LiveStream {
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final RevisionWatch watch;

    LiveStream(RevisionWatch watch) {
        this.watch = watch;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> events(@QueryParam("seen") @DefaultValue("") String seen, Sse sse) {
        Multi<OutboundSseEvent> changes = Multi.createFrom().deferred(() -> {
            AtomicReference<Revision> shown =
                    new AtomicReference<>(Revision.parse(seen).orElse(null));
            return watch.watch().onItem().transformToMultiAndConcatenate(now -> {
                Revision before = shown.getAndSet(now);
                return before == null
                        ? Multi.createFrom().empty()
                        : Multi.createFrom().iterable(now.changedSince(before)).map(topic -> event(sse, topic, now));
            });
        });
        // A comment now and then shows a proxy that the stream lives, and shows us that the browser has gone.
        Multi<OutboundSseEvent> heartbeats = Multi.createFrom()
                .ticks()
                .every(HEARTBEAT)
                .onOverflow()
                .drop()
                .map(tick -> sse.newEventBuilder().comment("").build());
        return Multi.createBy().merging().streams(changes, heartbeats);
    }

    private static OutboundSseEvent event(Sse sse, Revision.Topic topic, Revision revision) {
        return sse.newEventBuilder()
                .name(topic.event())
                .data(revision.toString())
                .build();
    }
}
