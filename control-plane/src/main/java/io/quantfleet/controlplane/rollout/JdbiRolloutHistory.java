package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jdbi.v3.core.statement.StatementContext;

/** Every move of every rollout, in the database. Lines are added, never changed. */
@Singleton
class JdbiRolloutHistory {
    /** Where a rollout was or came to. */
    @Schema(name = "RolloutPlace")
    record Place(String state, Optional<Integer> stage, Optional<RolloutState.Phase> phase) {
        static Place of(RolloutState state) {
            RolloutState.Details details = state.details();
            return new Place(state.code(), details.stage(), details.phase());
        }
    }

    /**
     * One move.
     *
     * @param by who; {@code control-plane} where it moved by itself, empty if nobody said
     * @param action what was done
     * @param from empty when it was created
     */
    @Schema(name = "RolloutMove")
    record Entry(Instant at, String by, String action, Optional<Place> from, Place to, Optional<String> reason) {}

    void add(Tx tx, UUID rollout, Entry entry) {
        tx.handle()
                .createUpdate("""
                        insert into rollout_event (rollout_id, at, actor, action, from_state, from_stage, from_phase,
                            to_state, to_stage, to_phase, reason)
                        values (:rollout, :at, :by, :action, :fromState, :fromStage, :fromPhase, :toState, :toStage,
                            :toPhase, :reason)""")
                .bind("rollout", rollout)
                .bind("at", entry.at())
                .bind("by", entry.by())
                .bind("action", entry.action())
                .bind("fromState", entry.from().map(Place::state))
                .bind("fromStage", entry.from().flatMap(Place::stage))
                .bind("fromPhase", entry.from().flatMap(Place::phase).map(Enum::name))
                .bind("toState", entry.to().state())
                .bind("toStage", entry.to().stage())
                .bind("toPhase", entry.to().phase().map(Enum::name))
                .bind("reason", entry.reason())
                .execute();
    }

    /** Oldest first. */
    List<Entry> of(Tx tx, UUID rollout) {
        return tx.handle()
                .createQuery("select * from rollout_event where rollout_id = :rollout order by id")
                .bind("rollout", rollout)
                .map(JdbiRolloutHistory::map)
                .list();
    }

    /** An entry and its number, which grows. */
    record Numbered(long number, Entry entry) {}

    /** Those behind a number, oldest first. */
    List<Numbered> after(Tx tx, UUID rollout, long number) {
        return tx.handle()
                .createQuery("select * from rollout_event where rollout_id = :rollout and id > :number order by id")
                .bind("rollout", rollout)
                .bind("number", number)
                .map((row, context) -> new Numbered(row.getLong("id"), map(row, context)))
                .list();
    }

    /** Who created it and who started it, by their own word. */
    Set<String> starters(Tx tx, UUID rollout) {
        return tx.handle().createQuery("""
                        select distinct lower(actor) from rollout_event
                        where rollout_id = :rollout and action in ('create', 'start')""").bind("rollout", rollout).mapTo(String.class).stream()
                .collect(Collectors.toSet());
    }

    private static Entry map(ResultSet row, StatementContext context) throws SQLException {
        return new Entry(
                Rows.instant(row, "at"),
                row.getString("actor"),
                row.getString("action"),
                place(row, "from"),
                place(row, "to").orElseThrow(),
                Rows.optionalText(row, "reason"));
    }

    private static Optional<Place> place(ResultSet row, String side) throws SQLException {
        Optional<Integer> stage = Rows.optionalInt(row, side + "_stage");
        Optional<RolloutState.Phase> phase =
                Rows.optionalText(row, side + "_phase").map(RolloutState.Phase::valueOf);
        return Rows.optionalText(row, side + "_state").map(state -> new Place(state, stage, phase));
    }
}
