package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.trace.TraceParent;
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
    private static final String SETTLED = """
            r.state = 'FINISHED' and not exists (select from rollout o
                where o.fleet = r.fleet and o.state in ('RUNNING', 'PAUSED', 'ROLLING_BACK'))""";

    // The settled rollouts come as values, so that the database knows how many there are: it goes through the devices
    // once for all of them then, not once for each.
    private static final String WITH_LATECOMERS = """
            with settled as (
                select * from rollout where id = any(:ids)),
            served as (
                select rollout_id, device_class from rollout_variant where rollout_id = any(:ids)
                union
                select s.id, v.device_class from settled s
                join variant v on v.model_name = s.model_name and v.model_version = s.model_version
                    and v.verdict = 'READY'),
            lacking as (
                select s.id from settled s
                join fleet_device f on f.fleet = s.fleet
                join served v on v.rollout_id = s.id and v.device_class = f.device_class
                where not exists (select from rollout_member m
                        where m.rollout_id = s.id and m.device_id = f.device_id)
                    and not exists (select from device_commanded c
                        where c.device_id = f.device_id and c.began_at > s.began_at)
                union
                select rollout_id from rollout_member where rollout_id = any(:ids) and deployment_id is null)
            select s.id from settled s join lacking l on l.id = s.id order by s.began_at desc""";

    private final ObjectMapper json;

    JdbiRollouts(ObjectMapper json) {
        this.json = json;
    }

    /** A rollout. */
    record Rollout(
            UUID id,
            String fleet,
            ModelVersionId model,
            Strategy strategy,
            RolloutState state,
            Instant createdAt,
            Optional<Instant> finishedAt) {}

    void insert(Tx tx, Rollout rollout) {
        tx.handle()
                .createUpdate("""
                        insert into rollout (id, fleet, model_name, model_version, strategy, state, created_at)
                        values (:id, :fleet, :model, :version, cast(:strategy as jsonb), :state, :createdAt)""")
                .bind("id", rollout.id())
                .bind("fleet", rollout.fleet())
                .bind("model", rollout.model().model())
                .bind("version", rollout.model().version())
                .bind("strategy", write(rollout.strategy()))
                .bind("state", rollout.state().code())
                .bind("createdAt", rollout.createdAt())
                .execute();
    }

    void update(Tx tx, UUID id, RolloutState state, Instant now) {
        RolloutState.Details details = state.details();
        tx.handle()
                .createUpdate("""
                        update rollout set state = :state, stage = :stage, phase = :phase, since = :since,
                            reason = :reason, superseded_by = :by, finished_at = :finishedAt,
                            began_at = case when :state = 'RUNNING' then coalesce(began_at, :now) else began_at end
                        where id = :id""")
                .bind("id", id)
                .bind("state", state.code())
                .bind("stage", details.stage())
                .bind("phase", details.phase().map(Enum::name))
                .bind("since", details.since())
                .bind("reason", details.reason())
                .bind("by", details.supersededBy())
                .bind("now", now)
                .bind("finishedAt", state.isFinal() ? Optional.of(now) : Optional.<Instant>empty())
                .execute();
    }

    /** What devices do for the rollout from now on follows from this request. */
    void follows(Tx tx, UUID id, TraceParent trace) {
        tx.handle()
                .createUpdate("update rollout set traceparent = :trace where id = :id")
                .bind("trace", trace.value())
                .bind("id", id)
                .execute();
    }

    /** Those that may move by themselves, oldest first. */
    List<UUID> movable(Tx tx, Instant now) {
        return tx.handle().createQuery("""
                        select id from rollout where state in ('RUNNING', 'ROLLING_BACK')
                            or state = 'SCHEDULED' and since <= :now
                        order by created_at""").bind("now", now).mapTo(UUID.class).list();
    }

    /** The rollout, its row held until the transaction ends; empty if somebody else holds it. */
    Optional<Rollout> lockIfFree(Tx tx, UUID id) {
        return tx.handle()
                .createQuery("select * from rollout where id = :id for update skip locked")
                .bind("id", id)
                .map(this::map)
                .findOne();
    }

    /**
     * The newest finished rollouts of fleets that nothing commands now, where a device has come that its rollout lacks;
     * the one that began last first, for a device that came to several fleets is its.
     */
    List<UUID> withLatecomers(Tx tx) {
        return tx.handle()
                .createQuery(WITH_LATECOMERS)
                .bindArray("ids", UUID.class, settled(tx))
                .mapTo(UUID.class)
                .list();
    }

    private static List<UUID> settled(Tx tx) {
        return tx.handle()
                .createQuery("select distinct on (r.fleet) r.id from rollout r where " + SETTLED
                        + " order by r.fleet, r.finished_at desc")
                .mapTo(UUID.class)
                .list();
    }

    /** The rollout, its row held, if it has finished and nothing commands its fleet; empty if somebody else holds it. */
    Optional<Rollout> lockSettledIfFree(Tx tx, UUID id) {
        return tx.handle()
                .createQuery("select r.* from rollout r where r.id = :id and " + SETTLED + " for update skip locked")
                .bind("id", id)
                .map(this::map)
                .findOne();
    }

    /** The rollout, its row held until the transaction ends. */
    Optional<Rollout> lock(Tx tx, UUID id) {
        return tx.handle()
                .createQuery("select * from rollout where id = :id for update")
                .bind("id", id)
                .map(this::map)
                .findOne();
    }

    /** The rollout to a fleet that is not finished, its row held until the transaction ends. */
    Optional<Rollout> lockOpen(Tx tx, String fleet) {
        return tx.handle().createQuery("""
                        select * from rollout where fleet = :fleet and state in ('RUNNING', 'PAUSED', 'ROLLING_BACK')
                        for update""").bind("fleet", fleet).map(this::map).findOne();
    }

    Optional<Rollout> find(Tx tx, UUID id) {
        return tx.handle()
                .createQuery("select * from rollout where id = :id")
                .bind("id", id)
                .map(this::map)
                .findOne();
    }

    /** The rollouts that match, newest first, behind the one with the id {@code after}. */
    List<Rollout> list(Tx tx, Filter<Rollout> filter, Optional<UUID> after, int limit) {
        SqlFilter sql = SqlFilter.of(filter);
        return tx.handle()
                .createQuery("select r.* from rollout r where " + sql.condition() + """
                         and (cast(:after as uuid) is null or (r.created_at, r.id) < (
                            select a.created_at, a.id from rollout a where a.id = :after))
                        order by r.created_at desc, r.id desc limit :limit""")
                .bindMap(sql.values())
                .bind("after", after)
                .bind("limit", limit)
                .map(this::map)
                .list();
    }

    private Rollout map(ResultSet row, StatementContext context) throws SQLException {
        return new Rollout(
                Rows.uuid(row, "id"),
                row.getString("fleet"),
                new ModelVersionId(row.getString("model_name"), row.getInt("model_version")),
                read(row.getString("strategy")),
                RolloutState.of(row.getString("state"), details(row)),
                Rows.instant(row, "created_at"),
                Rows.optionalInstant(row, "finished_at"));
    }

    private static RolloutState.Details details(ResultSet row) throws SQLException {
        return new RolloutState.Details(
                Rows.optionalInt(row, "stage"),
                Rows.optionalText(row, "phase").map(RolloutState.Phase::valueOf),
                Rows.optionalInstant(row, "since"),
                Rows.optionalText(row, "reason"),
                Optional.ofNullable(row.getObject("superseded_by", UUID.class)));
    }

    private String write(Strategy strategy) {
        try {
            return json.writeValueAsString(strategy);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a strategy is always writable", e);
        }
    }

    private Strategy read(String text) {
        try {
            return json.readValue(text, Strategy.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds a strategy that doesn't parse", e);
        }
    }
}
