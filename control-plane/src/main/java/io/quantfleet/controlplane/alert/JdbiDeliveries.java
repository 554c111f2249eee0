package io.quantfleet.controlplane.alert;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What receivers are still to be told, in the database: it outlives this program. */
@Singleton
class JdbiDeliveries {
    /** How long a delivery is kept for people to look at once it is over. */
    private static final Duration KEPT = Duration.ofDays(30);

    /** One that is due. */
    record Due(long id, String receiver, String body, Instant created, int attempts) {}

    void add(Tx tx, UUID alert, String receiver, String body, Instant now) {
        tx.handle()
                .createUpdate("insert into alert_delivery (alert_id, receiver, body, created_at, next_at)"
                        + " values (:alert, :receiver, :body, :now, :now)")
                .bind("alert", alert)
                .bind("receiver", receiver)
                .bind("body", body)
                .bind("now", now)
                .execute();
    }

    /** Those that are due, of each receiver the oldest undelivered, and puts them off so that no other instance takes them. */
    List<Due> take(Tx tx, int limit, Instant now, Duration leased) {
        return tx.handle()
                .createQuery("""
                        update alert_delivery set next_at = :until, attempts = attempts + 1
                         where id in (
                             select id from alert_delivery d
                              where next_at <= :now and not exists (select 1 from alert_delivery e
                                    where e.receiver = d.receiver and e.next_at is not null and e.id \\< d.id)
                              order by id limit :limit for update skip locked)
                        returning id, receiver, body, created_at, attempts""")
                .bind("now", now)
                .bind("until", now.plus(leased))
                .bind("limit", limit)
                .map((row, context) -> new Due(
                        row.getLong("id"),
                        row.getString("receiver"),
                        row.getString("body"),
                        Rows.instant(row, "created_at"),
                        row.getInt("attempts")))
                .list();
    }

    /** Whether a receiver is being told of an alert, or has been since then. */
    boolean hasSince(Tx tx, UUID alert, String receiver, Instant since) {
        return tx.handle()
                .createQuery("""
                        select exists (select 1 from alert_delivery where alert_id = :alert and receiver = :receiver
                            and (created_at > :since or next_at is not null))""")
                .bind("alert", alert)
                .bind("receiver", receiver)
                .bind("since", since)
                .mapTo(Boolean.class)
                .one();
    }

    void delivered(Tx tx, long id, Instant now) {
        tx.handle()
                .createUpdate(
                        "update alert_delivery set next_at = null, delivered_at = :now, failure = null where id = :id")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    /** @param next when to try again; empty to give up */
    void failed(Tx tx, long id, String failure, Optional<Instant> next) {
        tx.handle()
                .createUpdate("update alert_delivery set next_at = :next, failure = :failure where id = :id")
                .bind("id", id)
                .bind("failure", failure)
                .bind("next", next)
                .execute();
    }

    void forgetOld(Tx tx, Instant now) {
        tx.handle()
                .createUpdate("delete from alert_delivery where next_at is null and created_at < :before")
                .bind("before", now.minus(KEPT))
                .execute();
    }
}
