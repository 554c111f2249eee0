package io.quantfleet.controlplane.outbox;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.controlplane.trace.Traces;
import io.quantfleet.protocols.trace.TraceParent;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.statement.StatementContext;

/** The outbox in the database. */
@Singleton
public class JdbiOutbox {
    /** Of the advisory lock that lets one relay work at a time: "outbox" on a telephone's keys. */
    private static final long RELAY_LOCK = 688_269L;

    private final Clock clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    JdbiOutbox(Clock clock) {
        this.clock = clock;
    }

    /** An event that waits for its relay. */
    record Waiting(
            long id,
            String eventId,
            OutboxEvent kind,
            String key,
            Message message,
            Instant createdAt,
            Optional<TraceParent> trace) {}

    /**
     * Writes an event with the transaction's other changes; it is sent once they are committed.
     *
     * @param eventId what consumers tell a repetition by
     * @param key of the Kafka record: events of one key stay in order
     */
    public void add(Tx tx, String eventId, OutboxEvent kind, String key, Message message) {
        tx.handle()
                .createUpdate("""
                        insert into outbox (event_id, type, key, payload, created_at, traceparent)
                        values (:eventId, :type, :key, :payload, :now, :trace)""")
                .bind("eventId", eventId)
                .bind("type", kind.code())
                .bind("key", key)
                .bind("payload", message.toByteArray())
                .bind("now", clock.instant())
                .bind("trace", Traces.current().map(TraceParent::value))
                .execute();
        tx.afterCommit(() -> listeners.forEach(Runnable::run));
    }

    /** Calls {@code listener} after each commit that wrote an event. */
    void onAdded(Runnable listener) {
        listeners.add(listener);
    }

    /** Whether this transaction may relay; no other will until it ends. */
    boolean tryLock(Tx tx) {
        return tx.handle()
                .createQuery("select pg_try_advisory_xact_lock(:lock)")
                .bind("lock", RELAY_LOCK)
                .mapTo(Boolean.class)
                .one();
    }

    List<Waiting> oldest(Tx tx, int limit) {
        return tx.handle()
                .createQuery("select * from outbox order by id limit :limit")
                .bind("limit", limit)
                .map(JdbiOutbox::map)
                .list();
    }

    void delete(Tx tx, List<Long> ids) {
        tx.handle()
                .createUpdate("delete from outbox where id = any(:ids)")
                .bindArray("ids", Long.class, ids)
                .execute();
    }

    private static Waiting map(ResultSet row, StatementContext context) throws SQLException {
        OutboxEvent kind = OutboxEvent.ofCode(row.getString("type"));
        try {
            return new Waiting(
                    row.getLong("id"),
                    row.getString("event_id"),
                    kind,
                    row.getString("key"),
                    kind.parser().parseFrom(row.getBytes("payload")),
                    Rows.instant(row, "created_at"),
                    Rows.optionalText(row, "traceparent").flatMap(TraceParent::parse));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the outbox holds an event that doesn't parse", e);
        }
    }
}
