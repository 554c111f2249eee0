package io.quantfleet.controlplane.alert;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Alerts in the database. */
@Singleton
class JdbiAlerts {
    /** The alert of a rule and fleet that is not resolved, held until the transaction ends. */
    Optional<Alert> findOpen(Tx tx, String rule, String fleet) {
        return tx.handle()
                .createQuery(
                        "select * from alert where rule = :rule and fleet = :fleet and state <> 'RESOLVED' for update")
                .bind("rule", rule)
                .bind("fleet", fleet)
                .map((row, context) -> read(row))
                .findOne();
    }

    /** All that are not resolved. */
    List<Alert> open(Tx tx) {
        return tx.handle()
                .createQuery("select * from alert where state <> 'RESOLVED' order by rule, fleet")
                .map((row, context) -> read(row))
                .list();
    }

    /** The latest, open ones first. */
    List<Alert> list(Tx tx, String state, String fleet, Optional<UUID> after, int limit) {
        return tx.handle()
                .createQuery("""
                        select * from alert a
                         where (:state = '' or state = :state) and (:fleet = '' or fleet = :fleet)
                           and (cast(:after as uuid) is null or exists (
                               select 1 from alert p where p.id = :after and (a.state = 'RESOLVED', p.since, p.id)
                                   > (p.state = 'RESOLVED', a.since, a.id)))
                         order by state = 'RESOLVED', since desc, id desc limit :limit""")
                .bind("state", state)
                .bind("fleet", fleet)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    void save(Tx tx, Alert alert) {
        tx.handle()
                .createUpdate("""
                        insert into alert (id, rule, fleet, severity, state, value, summary, since, clear_since, fired_at,
                            resolved_at, seen_at)
                        values (:id, :rule, :fleet, :severity, :state, :value, :summary, :since, :clearSince, :firedAt,
                            :resolvedAt, :seenAt)
                        on conflict (id) do update set state = excluded.state, value = excluded.value,
                            summary = excluded.summary, clear_since = excluded.clear_since,
                            fired_at = excluded.fired_at, resolved_at = excluded.resolved_at,
                            seen_at = excluded.seen_at""")
                .bind("id", alert.id())
                .bind("rule", alert.rule())
                .bind("fleet", alert.fleet())
                .bind("severity", alert.severity())
                .bind("state", alert.state().name())
                .bind("value", alert.value())
                .bind("summary", alert.summary())
                .bind("since", alert.since())
                .bind("clearSince", alert.clearSince())
                .bind("firedAt", alert.firedAt())
                .bind("resolvedAt", alert.resolvedAt())
                .bind("seenAt", alert.seenAt())
                .execute();
    }

    /** Forgets one that never fired. */
    void delete(Tx tx, Alert alert) {
        tx.handle()
                .createUpdate("delete from alert where id = :id")
                .bind("id", alert.id())
                .execute();
    }

    private static Alert read(ResultSet row) throws SQLException {
        return new Alert(
                Rows.uuid(row, "id"),
                row.getString("rule"),
                row.getString("fleet"),
                row.getString("severity"),
                AlertState.Code.valueOf(row.getString("state")),
                Rows.optionalDouble(row, "value"),
                row.getString("summary"),
                Rows.instant(row, "since"),
                Rows.optionalInstant(row, "clear_since"),
                Rows.optionalInstant(row, "fired_at"),
                Rows.optionalInstant(row, "resolved_at"),
                Rows.instant(row, "seen_at"));
    }
}
