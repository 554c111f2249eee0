package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/** Rollouts with their devices, for REST. */
@Singleton
class JdbiRolloutViews {
    private final JdbiRollouts rollouts;
    private final JdbiStages stages;
    private final ObjectMapper json;

    JdbiRolloutViews(JdbiRollouts rollouts, JdbiStages stages, ObjectMapper json) {
        this.rollouts = rollouts;
        this.stages = stages;
        this.json = json;
    }

    /** Every rollout, newest first, without devices. */
    List<RolloutView> list(Tx tx) {
        return rollouts.list(tx).stream()
                .map(rollout -> view(rollout, List.of(), List.of()))
                .toList();
    }

    Optional<RolloutView> find(Tx tx, UUID id) {
        return rollouts.find(tx, id).map(rollout -> view(rollout, stages.opened(tx, id), devices(tx, id)));
    }

    private List<RolloutView.Device> devices(Tx tx, UUID rolloutId) {
        return tx.handle()
                .createQuery("""
                        select d.*, v.sha256, v.device_class, e.online, m.stage,
                            m.rollback_id is not null as goes_back
                        from rollout_member m
                        join deployment d on d.id = coalesce(m.rollback_id, m.deployment_id)
                        join variant v on v.job_id = d.variant_job_id
                        join device e on e.device_id = d.device_id
                        where m.rollout_id = :rolloutId order by d.device_id""")
                .bind("rolloutId", rolloutId)
                .map(this::device)
                .list();
    }

    private static RolloutView view(
            JdbiRollouts.Rollout rollout, List<JdbiStages.Opened> stages, List<RolloutView.Device> devices) {
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
