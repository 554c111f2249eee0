package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/** Rollouts in the database. */
@Singleton
class JdbiRollouts {
    /** A rollout. */
    record Rollout(
            UUID id,
            String fleet,
            ModelVersionId model,
            RolloutState state,
            Instant createdAt,
            Optional<Instant> finishedAt) {}

    void insert(Tx tx, Rollout rollout) {
        tx.handle()
                .createUpdate("""
                        insert into rollout (id, fleet, model_name, model_version, state, created_at)
                        values (:id, :fleet, :model, :version, :state, :createdAt)""")
                .bind("id", rollout.id())
                .bind("fleet", rollout.fleet())
                .bind("model", rollout.model().model())
                .bind("version", rollout.model().version())
                .bind("state", rollout.state().code())
                .bind("createdAt", rollout.createdAt())
                .execute();
    }

    void update(Tx tx, UUID id, RolloutState state, Optional<UUID> supersededBy, Instant now) {
        tx.handle()
                .createUpdate("""
                        update rollout set state = :state, superseded_by = :by, finished_at = :finishedAt
                        where id = :id""")
                .bind("id", id)
                .bind("state", state.code())
                .bind("by", supersededBy)
                .bind("finishedAt", state.isFinal() ? Optional.of(now) : Optional.<Instant>empty())
                .execute();
    }

    /** The rollout, its row held until the transaction ends. */
    Optional<Rollout> lock(Tx tx, UUID id) {
        return tx.handle()
                .createQuery("select * from rollout where id = :id for update")
                .bind("id", id)
                .map(JdbiRollouts::map)
                .findOne();
    }

    /** The rollout to a fleet that is not finished, its row held until the transaction ends. */
    Optional<Rollout> lockOpen(Tx tx, String fleet) {
        return tx.handle()
                .createQuery("""
                        select * from rollout where fleet = :fleet and state in ('PUBLISHING', 'ROLLING')
                        for update""")
                .bind("fleet", fleet)
                .map(JdbiRollouts::map)
                .findOne();
    }

    Optional<Rollout> find(Tx tx, UUID id) {
        return tx.handle()
                .createQuery("select * from rollout where id = :id")
                .bind("id", id)
                .map(JdbiRollouts::map)
                .findOne();
    }

    /** Every rollout, newest first. */
    List<Rollout> list(Tx tx) {
        return tx.handle()
                .createQuery("select * from rollout order by created_at desc, id")
                .map(JdbiRollouts::map)
                .list();
    }

    private static Rollout map(ResultSet row, StatementContext context) throws SQLException {
        return new Rollout(
                Rows.uuid(row, "id"),
                row.getString("fleet"),
                new ModelVersionId(row.getString("model_name"), row.getInt("model_version")),
                RolloutState.of(
                        row.getString("state"), Optional.ofNullable(row.getObject("superseded_by", UUID.class))),
                Rows.instant(row, "created_at"),
                Rows.optionalInstant(row, "finished_at"));
    }
}
