package io.quantfleet.controlplane.idempotency;

import com.google.protobuf.ByteString;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/** Answers that are kept for requests that come again. */
@Singleton
class JdbiIdempotentAnswers {
    /** So many old answers are deleted with a new one at most; that is faster than they come. */
    private static final int FORGOTTEN_AT_ONCE = 100;

    /** @param body encrypted under the key */
    record Answer(ByteString requestHash, int status, Optional<URI> location, ByteString body) {}

    /** Whether this transaction alone has the key until it ends. */
    boolean lock(Tx tx, byte[] keyHash) {
        return tx.handle()
                .createQuery("select pg_try_advisory_xact_lock(:lock)")
                .bind("lock", ByteBuffer.wrap(keyHash).getLong())
                .mapTo(Boolean.class)
                .one();
    }

    /** The answer from after then. */
    Optional<Answer> find(Tx tx, byte[] keyHash, Instant after) {
        return tx.handle()
                .createQuery("select * from idempotent_answer where key_hash = :key and answered_at >= :after")
                .bind("key", keyHash)
                .bind("after", after)
                .map((row, context) -> new Answer(
                        ByteString.copyFrom(row.getBytes("request_hash")),
                        row.getInt("status"),
                        Rows.optionalText(row, "location").map(URI::create),
                        ByteString.copyFrom(row.getBytes("body"))))
                .findOne();
    }

    /** Keeps an answer; one that is too old to be found makes room. */
    void put(Tx tx, byte[] keyHash, Answer answer, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into idempotent_answer (key_hash, request_hash, status, location, body, answered_at)
                        values (:key, :request, :status, :location, :body, :now)
                        on conflict (key_hash) do update set request_hash = excluded.request_hash,
                            status = excluded.status, location = excluded.location, body = excluded.body,
                            answered_at = excluded.answered_at""")
                .bind("key", keyHash)
                .bind("request", answer.requestHash().toByteArray())
                .bind("status", answer.status())
                .bind("location", answer.location().map(URI::toString))
                .bind("body", answer.body().toByteArray())
                .bind("now", now)
                .execute();
    }

    /** Deletes answers from before then. */
    void forget(Tx tx, Instant before) {
        tx.handle()
                .createUpdate("""
                        delete from idempotent_answer where key_hash in (
                            select key_hash from idempotent_answer where answered_at < :before
                            order by answered_at limit :most for update skip locked)""")
                .bind("before", before)
                .bind("most", FORGOTTEN_AT_ONCE)
                .execute();
    }
}
