package io.quantfleet.controlplane.delivery;

import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.Sha256;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which chunks are on the broker, as far as all instances know. A row says more than may be true for a moment, never less:
 * it is there before a chunk is published and goes after the chunk is withdrawn. Who publishes holds the lock together
 * with others who do; who withdraws holds it alone.
 */
@Singleton
class JdbiBrokerChunks {
    private static final long LOCK = 0x71666368756e6bL;

    /** Manifests that a device may still act on: the newest of each, and those on their way to the broker. */
    private static final String LIVE = """
            from deployment d join device v on v.device_id = d.device_id
            where not d.withdrawn and d.expires_at > :now
                and (v.last_sequence = d.sequence or (d.state = 'PENDING' and d.published_at is null))""";

    void lockToPublish(Tx tx) {
        tx.handle().execute("select pg_advisory_xact_lock_shared(?)", LOCK);
    }

    void lockToWithdraw(Tx tx) {
        tx.handle().execute("select pg_advisory_xact_lock(?)", LOCK);
    }

    /** Those of the chunks that somebody has published, and nobody is about to withdraw. */
    Set<Sha256> retained(Tx tx, Collection<Sha256> names) {
        return new HashSet<>(tx.handle()
                .createQuery("select name from broker_chunk where state = 'RETAINED' and name = any(:names)")
                .bindArray("names", String.class, hex(names))
                .mapTo(String.class)
                .map(Sha256::new)
                .list());
    }

    void publishing(Tx tx, Collection<Sha256> names, Instant now) {
        put(tx, names, "PUBLISHING", now);
    }

    void published(Tx tx, Collection<Sha256> names, Instant now) {
        put(tx, names, "RETAINED", now);
    }

    private static void put(Tx tx, Collection<Sha256> names, String state, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into broker_chunk (name, state, since)
                        select name, :state, :now from unnest(:names) as name order by name
                        on conflict (name) do update set state = excluded.state, since = excluded.since""")
                .bindArray("names", String.class, hex(names))
                .bind("state", state)
                .bind("now", now)
                .execute();
    }

    /** Marks the chunks that no live manifest names. */
    void markDead(Tx tx, Instant now) {
        boolean uncounted = tx.handle()
                .createQuery("select exists (select 1 " + LIVE + " and d.chunk_set is null)")
                .bind("now", now)
                .mapTo(Boolean.class)
                .one();
        if (!uncounted) {
            tx.handle()
                    .createUpdate("update broker_chunk set state = 'WITHDRAWING', since = :now"
                            + " where state <> 'WITHDRAWING' and name not in (" + LIVE_NAMES + ")")
                    .bind("now", now)
                    .execute();
        }
    }

    private static final String LIVE_NAMES = "select unnest(chunks) from chunk_set where sha256 in (select d.chunk_set "
            + LIVE + " and d.chunk_set is not null)";

    /** The chunks that are marked and still named by no live manifest. */
    List<Sha256> dead(Tx tx, Instant now, int limit) {
        return tx.handle()
                .createQuery("select name from broker_chunk where state = 'WITHDRAWING' and name not in (" + LIVE_NAMES
                        + ") order by name limit :limit")
                .bind("now", now)
                .bind("limit", limit)
                .mapTo(String.class)
                .map(Sha256::new)
                .list();
    }

    void withdrawn(Tx tx, Collection<Sha256> names) {
        tx.handle()
                .createUpdate("delete from broker_chunk where name = any(:names)")
                .bindArray("names", String.class, hex(names))
                .execute();
    }

    private static List<String> hex(Collection<Sha256> names) {
        return names.stream().map(Sha256::hex).toList();
    }
}
