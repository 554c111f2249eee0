package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;

/** Rollout policies in the database. */
@Singleton
class JdbiRolloutPolicies {
    private final ObjectMapper json;

    JdbiRolloutPolicies(ObjectMapper json) {
        this.json = json;
    }

    /** All of them, by their names. */
    List<RolloutPolicy> list(Tx tx) {
        return tx.handle()
                .createQuery("select * from rollout_policy order by name")
                .map(this::map)
                .list();
    }

    Optional<RolloutPolicy> find(Tx tx, String name) {
        return tx.handle()
                .createQuery("select * from rollout_policy where name = :name")
                .bind("name", name)
                .map(this::map)
                .findOne();
    }

    /** The policy of that name, its row held until the transaction ends. */
    Optional<RolloutPolicy> lock(Tx tx, String name) {
        return tx.handle()
                .createQuery("select * from rollout_policy where name = :name for update")
                .bind("name", name)
                .map(this::map)
                .findOne();
    }

    /** The policy of that name, or {@code NOT_FOUND}. */
    RolloutPolicy require(Tx tx, String name) {
        return find(tx, name).orElseThrow(() -> none(name));
    }

    /** Makes the policy, or replaces its strategy; as it is now. */
    RolloutPolicy put(Tx tx, String name, Strategy strategy, Instant now) {
        return tx.handle()
                .createQuery("""
                        insert into rollout_policy values (:name, cast(:strategy as jsonb), :now, :now)
                        on conflict (name) do update set strategy = excluded.strategy, updated_at = :now
                        returning *""")
                .bind("name", name)
                .bind("strategy", write(strategy))
                .bind("now", now)
                .map(this::map)
                .one();
    }

    void delete(Tx tx, String name) {
        int deleted = tx.handle()
                .createUpdate("delete from rollout_policy where name = :name")
                .bind("name", name)
                .execute();
        if (deleted == 0) {
            throw none(name);
        }
    }

    private static ControlPlaneException none(String name) {
        return ControlPlaneException.notFound("rollout policy '" + name + "'");
    }

    private RolloutPolicy map(ResultSet row, StatementContext context) throws SQLException {
        return new RolloutPolicy(
                row.getString("name"),
                parse(row.getString("strategy")),
                Rows.instant(row, "created_at"),
                Rows.instant(row, "updated_at"));
    }

    private Strategy parse(String strategy) {
        try {
            return json.readValue(strategy, Strategy.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds a strategy that doesn't parse", e);
        }
    }

    private String write(Strategy strategy) {
        try {
            return json.writeValueAsString(strategy);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a strategy that can't be written as JSON", e);
        }
    }
}
