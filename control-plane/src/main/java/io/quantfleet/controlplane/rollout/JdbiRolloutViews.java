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
    private final ObjectMapper json;

    JdbiRolloutViews(JdbiRollouts rollouts, ObjectMapper json) {
        this.rollouts = rollouts;
        this.json = json;
    }

    /** Every rollout, newest first, without devices. */
    List<RolloutView> list(Tx tx) {
        return rollouts.list(tx).stream()
                .map(rollout -> view(rollout, List.of()))
                .toList();
    }

    Optional<RolloutView> find(Tx tx, UUID id) {
        return rollouts.find(tx, id).map(rollout -> view(rollout, devices(tx, id)));
    }

    private List<RolloutView.Device> devices(Tx tx, UUID rolloutId) {
        return tx.handle()
                .createQuery("""
                        select d.*, v.sha256, v.device_class, e.online
                        from deployment d
                        join variant v on v.job_id = d.variant_job_id
                        join device e on e.device_id = d.device_id
                        where d.rollout_id = :rolloutId order by d.device_id""")
                .bind("rolloutId", rolloutId)
                .map(this::device)
                .list();
    }

    private static RolloutView view(JdbiRollouts.Rollout rollout, List<RolloutView.Device> devices) {
        return new RolloutView(
                rollout.id(),
                rollout.fleet(),
                rollout.model().model(),
                rollout.model().version(),
                rollout.state().code(),
                rollout.state() instanceof RolloutState.Superseded superseded
                        ? Optional.of(superseded.by())
                        : Optional.empty(),
                rollout.createdAt(),
                rollout.finishedAt(),
                devices);
    }

    private RolloutView.Device device(ResultSet row, StatementContext context) throws SQLException {
        return new RolloutView.Device(
                Rows.uuid(row, "id"),
                row.getString("device_id"),
                row.getString("device_class"),
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
