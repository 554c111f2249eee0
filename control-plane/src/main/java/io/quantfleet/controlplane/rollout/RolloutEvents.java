package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.live.EventStreams;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What happens to a rollout: a {@code move} for each line of its history, none left out, and {@code progress} when its
 * stages or what was delivered are other than the reader has them. An event's id is the number of the last move, a hyphen,
 * and a hash of the last progress, so that both go on behind it.
 */
@Singleton
class RolloutEvents {
    private final Database database;
    private final JdbiRolloutViews views;
    private final JdbiRolloutHistory history;
    private final EntityTags tags;
    private final Clock clock;

    RolloutEvents(Database database, JdbiRolloutViews views, JdbiRolloutHistory history, EntityTags tags, Clock clock) {
        this.database = database;
        this.views = views;
        this.history = history;
        this.tags = tags;
        this.clock = clock;
    }

    /** How far a rollout is. */
    @Schema(name = "RolloutProgress")
    record Progress(
            String state,
            Optional<Integer> stage,
            Optional<RolloutState.Phase> phase,
            Optional<String> reason,
            RolloutView.Bytes bytes,
            List<JdbiStages.Opened> stages) {}

    /** What a reader knows. */
    private record Known(long move, String progress) {
        static Known of(Optional<String> id) {
            return id.map(Known::read).orElse(new Known(0, ""));
        }

        private static Known read(String id) {
            int hyphen = id.indexOf('-');
            try {
                return new Known(Long.parseLong(id.substring(0, Math.max(hyphen, 0))), id.substring(hyphen + 1));
            } catch (NumberFormatException e) {
                throw ControlPlaneException.invalid("'Last-Event-ID' is '" + id + "', which is none of this stream;"
                        + " leave it out to begin with the first event");
            }
        }

        Known moved(long to) {
            return new Known(to, progress);
        }

        String id() {
            return move + "-" + progress;
        }
    }

    /** Makes sure that there is such a rollout, and that the id is one of its events. */
    void check(UUID rollout, Optional<String> lastId) {
        Known.of(lastId);
        database.useTransaction(tx -> views.require(tx, rollout));
    }

    EventStreams.News after(UUID rollout, Optional<String> lastId) {
        return database.inTransaction(tx -> after(tx, rollout, Known.of(lastId)));
    }

    private EventStreams.News after(Tx tx, UUID rollout, Known before) {
        List<EventStreams.Event> events = new ArrayList<>();
        Known known = before;
        for (JdbiRolloutHistory.Numbered move : history.after(tx, rollout, before.move())) {
            known = known.moved(move.number());
            events.add(new EventStreams.Event(known.id(), "move", move.entry()));
        }
        RolloutView view = views.summary(tx, rollout, clock.instant()).orElseThrow();
        Progress progress =
                new Progress(view.state(), view.stage(), view.phase(), view.reason(), view.bytes(), view.stages());
        String hash = tags.hash(progress);
        if (!hash.equals(known.progress())) {
            known = new Known(known.move(), hash);
            events.add(new EventStreams.Event(known.id(), "progress", progress));
        }
        return new EventStreams.News(events, view.finishedAt().isPresent());
    }
}
