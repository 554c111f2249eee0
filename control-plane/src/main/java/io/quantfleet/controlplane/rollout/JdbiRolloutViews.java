package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.maintenance.JdbiMaintenanceWindows;
import io.quantfleet.controlplane.maintenance.MaintenanceWindows;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.statement.StatementContext;

/** Rollouts with their devices, for REST. */
@Singleton
class JdbiRolloutViews {
    /** So many devices are shown with their rollout. */
    private static final int SHOWN = 1000;

    private final JdbiRollouts rollouts;
    private final JdbiStages stages;
    private final JdbiMaintenanceWindows windows;
    private final ObjectMapper json;

    JdbiRolloutViews(JdbiRollouts rollouts, JdbiStages stages, JdbiMaintenanceWindows windows, ObjectMapper json) {
        this.rollouts = rollouts;
        this.stages = stages;
        this.windows = windows;
        this.json = json;
    }

    /** The rollouts that match, newest first, without devices. */
    List<RolloutView> list(Tx tx, Filter<JdbiRollouts.Rollout> filter, Optional<UUID> after, int limit) {
        Map<UUID, RolloutView.Bytes> bytes = bytes(tx, Optional.empty());
        return rollouts.list(tx, filter, after, limit).stream()
                .map(rollout -> view(
                        rollout,
                        Optional.empty(),
                        bytes.getOrDefault(rollout.id(), RolloutView.Bytes.NONE),
                        List.of(),
                        List.of()))
                .toList();
    }

    Optional<RolloutView> find(Tx tx, UUID id, Instant now) {
        return view(tx, id, now, () -> devices(tx, id, "", SHOWN));
    }

    /** The rollout without its devices. */
    Optional<RolloutView> summary(Tx tx, UUID id, Instant now) {
        return view(tx, id, now, List::of);
    }

    private Optional<RolloutView> view(Tx tx, UUID id, Instant now, Supplier<List<RolloutView.Device>> devices) {
        return rollouts.find(tx, id)
                .map(rollout -> view(
                        rollout,
                        nextWindow(tx, rollout, now),
                        bytes(tx, Optional.of(id)).getOrDefault(id, RolloutView.Bytes.NONE),
                        stages.opened(tx, id),
                        devices.get()));
    }

    /** By rollout; of one, or of all. */
    private static Map<UUID, RolloutView.Bytes> bytes(Tx tx, Optional<UUID> rolloutId) {
        Map<UUID, RolloutView.Bytes> sums = new HashMap<>();
        tx.handle()
                .createQuery("""
                        select rollout_id, sum(fetched_bytes) as delivered, coalesce(sum(
                            greatest(total_bytes - fetched_bytes, 0)) filter (where state = 'ACTIVE'), 0) as saved
                        from deployment where cast(:id as uuid) is null or rollout_id = :id group by rollout_id""")
                .bind("id", rolloutId)
                .map((row, context) -> Map.entry(
                        Rows.uuid(row, "rollout_id"),
                        new RolloutView.Bytes(row.getLong("delivered"), row.getLong("saved"))))
                .forEach(entry -> sums.put(entry.getKey(), entry.getValue()));
        return sums;
    }

    private Optional<Instant> nextWindow(Tx tx, JdbiRollouts.Rollout rollout, Instant now) {
        boolean goesBack = rollout.state() instanceof RolloutState.RollingBack;
        MaintenanceWindows fleet = windows.of(tx, rollout.fleet());
        boolean waits = (goesBack && !fleet.rollbackAnytime()) || rollout.state() instanceof RolloutState.Running;
        return waits && !fleet.isOpen(now) ? fleet.nextOpening(now) : Optional.empty();
    }

    /** Makes sure that there is such a rollout. */
    void require(Tx tx, UUID id) {
        if (rollouts.find(tx, id).isEmpty()) {
            throw ControlPlaneException.notFound("rollout '" + id + "'");
        }
    }

    /** The devices that were asked, in the order of their ids, beginning behind one. */
    List<RolloutView.Device> devices(Tx tx, UUID rolloutId, String behind, int limit) {
        return tx.handle()
                .createQuery("""
                        select d.*, v.sha256, v.device_class, e.online, m.stage,
                            m.rollback_id is not null as goes_back
                        from rollout_member m
                        join deployment d on d.id = coalesce(m.rollback_id, m.deployment_id)
                        join variant v on v.job_id = d.variant_job_id
                        join device e on e.device_id = d.device_id
                        where m.rollout_id = :rolloutId and m.device_id > :behind
                        order by m.device_id limit :limit""")
                .bind("rolloutId", rolloutId)
                .bind("behind", behind)
                .bind("limit", limit)
                .map(this::device)
                .list();
    }

    private static RolloutView view(
            JdbiRollouts.Rollout rollout,
            Optional<Instant> nextWindow,
            RolloutView.Bytes bytes,
            List<JdbiStages.Opened> stages,
            List<RolloutView.Device> devices) {
        RolloutState.Details details = rollout.state().details();
        return new RolloutView(
                rollout.id(),
                rollout.fleet(),
                rollout.model().model(),
                rollout.model().version(),
                rollout.strategy(),
                rollout.state().code(),
                details.stage(),
                details.phase(),
                details.reason(),
                details.supersededBy(),
                rollout.createdAt(),
                rollout.finishedAt(),
                nextWindow,
                bytes,
                stages,
                devices);
    }

    private RolloutView.Device device(ResultSet row, StatementContext context) throws SQLException {
        return new RolloutView.Device(
                Rows.uuid(row, "id"),
                row.getString("device_id"),
                row.getString("device_class"),
                row.getInt("stage"),
                row.getBoolean("goes_back"),
                row.getBoolean("online"),
                row.getString("state"),
                Rows.optionalText(row, "reason_code"),
                Rows.optionalText(row, "reason"),
                row.getString("sha256"),
                row.getLong("fetched_bytes"),
                row.getLong("total_bytes"),
                Rows.optionalText(row, "delta_outcome"),
                Rows.optionalText(row, "delta_reason"),
                selfTest(row),
                Rows.instant(row, "state_at"),
                Rows.instant(row, "expires_at"));
    }

    private Optional<JsonNode> selfTest(ResultSet row) throws SQLException {
        String text = row.getString("self_test");
        try {
            return text == null ? Optional.empty() : Optional.of(json.readTree(text));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds a self-test that doesn't parse", e);
        }
    }
}
