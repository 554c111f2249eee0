package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;

/** Which devices belong to which stage of a rollout, in the database. */
@Singleton
class JdbiMembers {
    // Devices that the rollout may take in, numbered within their class: first those that stages took in before, then
    // the
    // others in an order of the rollout's own. Who is in a stage already is in no other.
    private static final String CANDIDATES = """
            with candidate as (
                select c.device_id, m.device_id is null as is_free,
                    row_number() over (partition by c.device_class
                        order by m.device_id is null, md5(cast(c.rollout_id as text) || c.device_id)) as place,
                    count(*) over (partition by c.device_class) as class_size
                from rollout_candidate c
                join rollout_variant v on v.rollout_id = c.rollout_id and v.device_class = c.device_class
                left join rollout_member m on m.rollout_id = c.rollout_id and m.device_id = c.device_id
                where c.rollout_id = :rollout),
            free as (select * from candidate where is_free)
            insert into rollout_member (rollout_id, device_id, stage)
            select :rollout, device_id, :stage from free
            """;

    // What older rollouts still wanted of the devices that this one has taken in.
    private static final String LET_GO = """
            with older as (
                delete from rollout_member o using rollout n, rollout r
                where r.id = :rollout and n.id = o.rollout_id and n.id <> r.id and n.began_at <= r.began_at
                    and n.state in ('RUNNING', 'PAUSED')
                    and exists (select from rollout_member m where m.rollout_id = r.id and m.device_id = o.device_id)
                    and not exists (
                        select from deployment d where d.id = o.deployment_id and d.finished_at is not null)
                returning o.deployment_id)
            update deployment d set withdrawn = d.withdrawn or d.state in ('PENDING', 'PUBLISHED'),
                state = 'SUPERSEDED', state_at = :now, finished_at = :now
            from older where d.id = older.deployment_id and d.finished_at is null
            """;

    // What each member that goes back served before this rollout: by its own word, or else by what it was brought to
    // last.
    private static final String GOING_BACK = """
            select m.device_id, m.deployment_id, e.device_class, e.fleet, p.model_name, p.model_version,
                p.job_id, p.sha256, p.probe_set_sha256, p.probe_samples, p.probe_accuracy
            from rollout_member m
            join device e on e.device_id = m.device_id
            left join variant p on p.job_id = coalesce(m.before_job_id, (
                select d.variant_job_id from deployment d
                where d.device_id = m.device_id and d.rollout_id <> m.rollout_id and d.state = 'ACTIVE'
                order by d.sequence desc limit 1))
                -- A newer rollout, perhaps of another fleet, that commands the device keeps it.
                and not exists (select from device_commanded c join rollout r on r.id = m.rollout_id
                    where c.device_id = m.device_id and c.began_at > r.began_at)
            left join deployment b on b.id = m.rollback_id
            where m.rollout_id = :rollout and (cast(:stage as integer) is null or m.stage = :stage)
                and (not m.back or (b.finished_at is not null and b.state <> 'ACTIVE'
                    and m.rollback_attempts < :attempts and b.finished_at + m.rollback_attempts * cast(:pause as interval) <= :now))
            order by m.device_id limit :limit
            """;

    /** So often a device is asked to go back. */
    private static final int ROLLBACK_ATTEMPTS = 3;

    private final Duration rollbackPause;

    JdbiMembers(RolloutSettings settings) {
        this.rollbackPause = settings.rollbackPause();
    }

    /**
     * A member on its way back.
     *
     * @param deployment that it shall no longer want; empty if it never came to that
     * @param before what it served before; empty if nothing
     */
    record GoingBack(JdbiDevices.Enrolled device, Optional<UUID> deployment, Optional<Before> before) {}

    /** What a device served before a rollout. */
    record Before(ModelVersionId model, JdbiVariants.Ready variant) {}

    /**
     * Takes devices of the fleet into a stage that are in none yet; how many. Older rollouts that were not done with them,
     * of other fleets that they are in too, let go of them. Asking again takes in those that have come since.
     */
    int choose(Tx tx, UUID rollout, int index, Stage stage, Instant now) {
        int taken = take(tx, rollout, index, stage, now);
        if (taken > 0) {
            tx.handle()
                    .createUpdate(LET_GO)
                    .bind("rollout", rollout)
                    .bind("now", now)
                    .execute();
        }
        return taken;
    }

    private static int take(Tx tx, UUID rollout, int index, Stage stage, Instant now) {
        if (stage.percent().isPresent()) {
            return choose(tx, rollout, index, "where place <= ceil(class_size * :percent / 100)")
                    .bind("percent", stage.percent().get())
                    .execute();
        }
        if (stage.devices().isPresent()) {
            return choose(tx, rollout, index, "order by place, device_id limit :count")
                    .bind("count", stage.devices().get())
                    .execute();
        }
        SqlFilter selected = SqlFilter.of(stage.selection(now).orElseThrow());
        return choose(
                        tx,
                        rollout,
                        index,
                        "where device_id in (select d.device_id from device d where " + selected.condition() + ")")
                .bindMap(selected.values())
                .execute();
    }

    /** How many devices of a fleet a stage selects by what they are. */
    long countSelected(Tx tx, String fleet, Filter<DeviceView> selection) {
        SqlFilter selected = SqlFilter.of(selection);
        return tx.handle()
                .createQuery("select count(*) from fleet_device f join device d on d.device_id = f.device_id"
                        + " where f.fleet = :fleet and " + selected.condition())
                .bind("fleet", fleet)
                .bindMap(selected.values())
                .mapTo(Long.class)
                .one();
    }

    private static Update choose(Tx tx, UUID rollout, int index, String which) {
        return tx.handle()
                .createUpdate(CANDIDATES + which)
                .bind("rollout", rollout)
                .bind("stage", index);
    }

    /** The members of a stage by class, with what each would fetch. */
    List<RolloutPreview.ClassPart> classes(Tx tx, UUID rollout, int stage) {
        return tx.handle()
                .createQuery("""
                        select e.device_class, count(*) as devices,
                            count(*) filter (where e.active_variant_sha256 = v.sha256) as serving,
                            v.sha256, v.bytes + v.probe_set_bytes as bytes_each
                        from rollout_member m
                        join device e on e.device_id = m.device_id
                        join rollout_variant s on s.rollout_id = m.rollout_id and s.device_class = e.device_class
                        join variant v on v.job_id = s.job_id
                        where m.rollout_id = :rollout and m.stage = :stage
                        group by e.device_class, v.job_id order by e.device_class""")
                .bind("rollout", rollout)
                .bind("stage", stage)
                .map((row, context) -> new RolloutPreview.ClassPart(
                        row.getString("device_class"),
                        row.getLong("devices"),
                        row.getLong("serving"),
                        row.getString("sha256"),
                        row.getLong("bytes_each")))
                .list();
    }

    /** Takes a device out of every rollout. */
    void leave(Tx tx, DeviceId device) {
        tx.handle()
                .createUpdate("delete from rollout_member where device_id = :device")
                .bind("device", device.value())
                .execute();
    }

    /** Devices of a stage, or of one before it, that have no deployment yet. */
    List<JdbiDevices.Enrolled> waiting(Tx tx, UUID rollout, int stage, int limit) {
        return tx.handle()
                .createQuery("""
                        select e.* from rollout_member m join device e on e.device_id = m.device_id
                        where m.rollout_id = :rollout and m.stage <= :stage and m.deployment_id is null
                        order by m.stage, m.device_id limit :limit""")
                .bind("rollout", rollout)
                .bind("stage", stage)
                .bind("limit", limit)
                .map((row, context) -> enrolled(row))
                .list();
    }

    /** These members have been asked; what they serve at the moment is kept, unless it was before. */
    void deployed(Tx tx, UUID rollout, Map<DeviceId, UUID> deployments) {
        PreparedBatch batch = tx.handle().prepareBatch("""
                        update rollout_member m set deployment_id = :deployment,
                            before_job_id = coalesce(m.before_job_id, (
                                select v.job_id from device e
                                join variant v on v.sha256 = e.active_variant_sha256
                                    and v.device_class = e.device_class
                                where e.device_id = :device
                                order by v.model_name is distinct from e.active_model_name,
                                    v.model_version is distinct from e.active_model_version, v.created_at desc
                                limit 1))
                        where m.rollout_id = :rollout and m.device_id = :device""");
        deployments.forEach((device, deployment) -> batch.bind("rollout", rollout)
                .bind("device", device.value())
                .bind("deployment", deployment)
                .add());
        batch.execute();
    }

    /** Lets devices that ended without the variant try again; how many. */
    int retry(Tx tx, UUID rollout) {
        return tx.handle().createUpdate("""
                        update rollout_member m set deployment_id = null from deployment d
                        where m.rollout_id = :rollout and d.id = m.deployment_id and not m.back
                            and d.finished_at is not null and d.state <> 'ACTIVE'""").bind("rollout", rollout).execute();
    }

    /** Members whose way back is not settled yet, or failed and is to be tried again, of one stage or of all. */
    List<GoingBack> goingBack(Tx tx, UUID rollout, OptionalInt stage, Instant now, int limit) {
        return tx.handle()
                .createQuery(GOING_BACK)
                .bind("rollout", rollout)
                .bind("stage", boxed(stage))
                .bind("attempts", ROLLBACK_ATTEMPTS)
                .bind("pause", rollbackPause.toString())
                .bind("now", now)
                .bind("limit", limit)
                .map(JdbiMembers::goingBackRow)
                .list();
    }

    /** Settles the way back of these members; those without a deployment have nothing to go back to. */
    void back(Tx tx, UUID rollout, Collection<DeviceId> devices, Map<DeviceId, UUID> rollbacks) {
        PreparedBatch batch = tx.handle().prepareBatch("""
                        update rollout_member set back = true, rollback_id = :rollback,
                            rollback_attempts = rollback_attempts + 1
                        where rollout_id = :rollout and device_id = :device""");
        for (DeviceId device : devices) {
            batch.bind("rollout", rollout)
                    .bind("device", device.value())
                    .bind("rollback", Optional.ofNullable(rollbacks.get(device)))
                    .add();
        }
        batch.execute();
    }

    /**
     * How those that go back fare.
     *
     * @param progress those that will be asked again are under way
     * @param failed those that won't
     */
    record Back(RolloutState.Progress progress, int failed) {}

    Back countBack(Tx tx, UUID rollout, OptionalInt stage) {
        return tx.handle()
                .createQuery("""
                        select count(*) filter (where not m.back) as waiting,
                            count(*) filter (where d.id is not null and (d.finished_at is null
                                or d.state <> 'ACTIVE' and m.rollback_attempts < :attempts)) as underway,
                            count(*) filter (where d.finished_at is not null and d.state <> 'ACTIVE'
                                and m.rollback_attempts >= :attempts) as failed
                        from rollout_member m left join deployment d on d.id = m.rollback_id
                        where m.rollout_id = :rollout and (cast(:stage as integer) is null or m.stage = :stage)""")
                .bind("rollout", rollout)
                .bind("stage", boxed(stage))
                .bind("attempts", ROLLBACK_ATTEMPTS)
                .map((row, context) -> new Back(
                        new RolloutState.Progress(row.getInt("waiting"), row.getInt("underway"), false),
                        row.getInt("failed")))
                .one();
    }

    private static Optional<Integer> boxed(OptionalInt value) {
        return value.isPresent() ? Optional.of(value.getAsInt()) : Optional.empty();
    }

    private static GoingBack goingBackRow(ResultSet row, StatementContext context) throws SQLException {
        Optional<Before> before = row.getString("model_name") == null
                ? Optional.empty()
                : Optional.of(new Before(
                        new ModelVersionId(row.getString("model_name"), row.getInt("model_version")),
                        new JdbiVariants.Ready(
                                Rows.uuid(row, "job_id"),
                                row.getString("device_class"),
                                new Sha256(row.getString("sha256")),
                                new Sha256(row.getString("probe_set_sha256")),
                                row.getInt("probe_samples"),
                                row.getDouble("probe_accuracy"))));
        return new GoingBack(enrolled(row), Optional.ofNullable(row.getObject("deployment_id", UUID.class)), before);
    }

    private static JdbiDevices.Enrolled enrolled(ResultSet row) throws SQLException {
        return new JdbiDevices.Enrolled(
                new DeviceId(row.getString("device_id")), row.getString("device_class"), row.getString("fleet"));
    }
}
