package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/** Which devices belong to which stage of a rollout, in the database. */
@Singleton
class JdbiMembers {
    // Devices of the fleet that have a variant, in an order of the rollout's own: first, second, ... of each class.
    private static final String CANDIDATES = """
            with candidate as (
                select d.device_id, d.labels,
                    row_number() over (partition by d.device_class order by md5(cast(r.id as text) || d.device_id)) as place,
                    count(*) over (partition by d.device_class) as class_size
                from rollout r
                join device d on d.fleet = r.fleet
                join variant v on v.model_name = r.model_name and v.model_version = r.model_version
                    and v.device_class = d.device_class and v.verdict = 'READY'
                where r.id = :rollout),
            free as (
                select c.* from candidate c where not exists (
                    select from rollout_member m where m.rollout_id = :rollout and m.device_id = c.device_id))
            insert into rollout_member (rollout_id, device_id, stage)
            select :rollout, device_id, :stage from free
            """;

    // What each member that goes back served before this rollout.
    private static final String GOING_BACK = """
            select m.device_id, m.deployment_id, e.device_class, e.fleet, e.token_hash, p.model_name, p.model_version,
                p.job_id, p.sha256, p.probe_set_sha256, p.probe_samples, p.probe_accuracy
            from rollout_member m
            join device e on e.device_id = m.device_id
            left join lateral (
                select v.* from deployment d join variant v on v.job_id = d.variant_job_id
                where d.device_id = m.device_id and d.rollout_id <> m.rollout_id and d.state = 'ACTIVE'
                order by d.sequence desc limit 1) p on true
            where m.rollout_id = :rollout and not m.back and (cast(:stage as integer) is null or m.stage = :stage)
            order by m.device_id limit :limit
            """;

    private final ObjectMapper json;

    JdbiMembers(ObjectMapper json) {
        this.json = json;
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

    /** Takes devices of the fleet into a stage that are in none yet. Asking again takes in those that have come since. */
    void choose(Tx tx, UUID rollout, int index, Stage stage) {
        stage.percent().ifPresent(percent -> tx.handle()
                .createUpdate(CANDIDATES + "where place <= ceil(class_size * :percent / 100)")
                .bind("rollout", rollout)
                .bind("stage", index)
                .bind("percent", percent)
                .execute());
        stage.devices().ifPresent(count -> tx.handle()
                .createUpdate(CANDIDATES + "order by place, device_id limit :count")
                .bind("rollout", rollout)
                .bind("stage", index)
                .bind("count", count)
                .execute());
        stage.labels().ifPresent(labels -> tx.handle()
                .createUpdate(CANDIDATES + "where labels @> cast(:labels as jsonb)")
                .bind("rollout", rollout)
                .bind("stage", index)
                .bind("labels", write(labels))
                .execute());
    }

    /** Devices of a stage, or of one before it, that have no deployment yet. */
    List<JdbiDevices.Enrolled> waiting(Tx tx, UUID rollout, int stage, int limit) {
        return tx.handle()
                .createQuery("""
                        select e.* from rollout_member m join device e on e.device_id = m.device_id
                        where m.rollout_id = :rollout and m.stage <= :stage and m.deployment_id is null
                        order by m.device_id limit :limit""")
                .bind("rollout", rollout)
                .bind("stage", stage)
                .bind("limit", limit)
                .map((row, context) -> enrolled(row))
                .list();
    }

    void deployed(Tx tx, UUID rollout, DeviceId device, UUID deployment) {
        tx.handle()
                .createUpdate("""
                        update rollout_member set deployment_id = :deployment
                        where rollout_id = :rollout and device_id = :device""")
                .bind("rollout", rollout)
                .bind("device", device.value())
                .bind("deployment", deployment)
                .execute();
    }

    /** Lets devices that ended without the variant try again; how many. */
    int retry(Tx tx, UUID rollout) {
        return tx.handle().createUpdate("""
                        update rollout_member m set deployment_id = null from deployment d
                        where m.rollout_id = :rollout and d.id = m.deployment_id and not m.back
                            and d.finished_at is not null and d.state <> 'ACTIVE'""").bind("rollout", rollout).execute();
    }

    /** Members whose way back is not settled yet, of one stage or of all. */
    List<GoingBack> goingBack(Tx tx, UUID rollout, OptionalInt stage, int limit) {
        return tx.handle()
                .createQuery(GOING_BACK)
                .bind("rollout", rollout)
                .bind("stage", boxed(stage))
                .bind("limit", limit)
                .map(JdbiMembers::goingBackRow)
                .list();
    }

    /** @param rollback the deployment that takes it back; empty if there is nothing to go back to */
    void back(Tx tx, UUID rollout, DeviceId device, Optional<UUID> rollback) {
        tx.handle()
                .createUpdate("""
                        update rollout_member set back = true, rollback_id = :rollback
                        where rollout_id = :rollout and device_id = :device""")
                .bind("rollout", rollout)
                .bind("device", device.value())
                .bind("rollback", rollback)
                .execute();
    }

    /** How those that go back fare. */
    RolloutState.Progress backProgress(Tx tx, UUID rollout, OptionalInt stage) {
        return tx.handle()
                .createQuery("""
                        select count(*) filter (where not m.back) as waiting,
                            count(*) filter (where d.id is not null and d.finished_at is null) as underway
                        from rollout_member m left join deployment d on d.id = m.rollback_id
                        where m.rollout_id = :rollout and (cast(:stage as integer) is null or m.stage = :stage)""")
                .bind("rollout", rollout)
                .bind("stage", boxed(stage))
                .map((row, context) -> new RolloutState.Progress(row.getInt("waiting"), row.getInt("underway"), false))
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
                new DeviceId(row.getString("device_id")),
                row.getString("device_class"),
                row.getString("fleet"),
                row.getString("token_hash"));
    }

    private String write(Object labels) {
        try {
            return json.writeValueAsString(labels);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("labels are always writable", e);
        }
    }
}
