package io.quantfleet.controlplane.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * What happens to one thing, as server-sent events with ids. A reader whose stream was broken sends the last id it had, in
 * {@code Last-Event-ID}, and the stream goes on behind it: on this control plane or on another. The stream ends when nothing
 * can happen to the thing any more. It looks at the thing when a {@link Revision} says that something of its kind changed,
 * on a worker thread.
 */
@Singleton
public class EventStreams {
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final RevisionWatch watch;
    private final ObjectMapper json;

    EventStreams(RevisionWatch watch, ObjectMapper json) {
        this.watch = watch;
        this.json = json;
    }

    /** Where the events of one thing come from. Called from one thread at a time. */
    public interface Source {
        /** What a reader does not know yet who had the event of that id last. */
        News after(Optional<String> lastId);
    }

    /**
     * What is new.
     *
     * @param ended whether nothing can come any more
     */
    public record News(List<Event> events, boolean ended) {
        public News {
            events = List.copyOf(events);
        }
    }

    /** One event; its data are written as JSON. */
    public record Event(String id, String name, Object data) {}

    /** The stream behind an event. It fails when the source does; the reader then connects again. */
    public Multi<OutboundSseEvent> of(Sse sse, Revision.Topic topic, Optional<String> lastId, Source source) {
        Multi<Optional<OutboundSseEvent>> events = Multi.createFrom().deferred(() -> {
            AtomicReference<Optional<String>> last = new AtomicReference<>(lastId);
            return watch.watch()
                    .map(revision -> revision.number(topic))
                    .skip()
                    .repetitions()
                    .onOverflow()
                    .dropPreviousItems()
                    .emitOn(Infrastructure.getDefaultWorkerPool(), 1)
                    .onItem()
                    .transformToMultiAndConcatenate(changed -> {
                        News news = source.after(Objects.requireNonNull(last.get()));
                        news.events().forEach(event -> last.set(Optional.of(event.id())));
                        return Multi.createFrom().items(written(sse, news));
                    });
        });
        // A comment now and then shows a proxy that the stream lives, and shows us that the reader has gone.
        Multi<Optional<OutboundSseEvent>> heartbeats = Multi.createFrom()
                .ticks()
                .every(HEARTBEAT)
                .onOverflow()
                .drop()
                .map(tick -> Optional.of(sse.newEventBuilder().comment("").build()));
        return Multi.createBy()
                .merging()
                .streams(events, heartbeats)
                .select()
                .first(Optional::isPresent)
                .map(Optional::orElseThrow);
    }

    /** An empty one behind the last that there will be. */
    private Stream<Optional<OutboundSseEvent>> written(Sse sse, News news) {
        Stream<Optional<OutboundSseEvent>> events = news.events().stream().map(event -> Optional.of(write(sse, event)));
        return news.ended() ? Stream.concat(events, Stream.of(Optional.empty())) : events;
    }

    private OutboundSseEvent write(Sse sse, Event event) {
        try {
            return sse.newEventBuilder()
                    .id(event.id())
                    .name(event.name())
                    .data(json.writeValueAsString(event.data()))
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event can't be written as JSON", e);
        }
    }
}
