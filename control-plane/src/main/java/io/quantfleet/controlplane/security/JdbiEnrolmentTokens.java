package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;

/** Enrolment tokens in the database, by their hashes. */
@Singleton
class JdbiEnrolmentTokens {
    void insert(Tx tx, EnrolmentToken token) {
        tx.handle()
                .createUpdate("""
                        insert into enrolment_token
                            (token_hash, fleet, device_class, uses, uses_left, readmits, created_at, expires_at)
                        values (:hash, :fleet, :deviceClass, :uses, :usesLeft, :readmits, :createdAt, :expiresAt)""")
                .bind("hash", token.hash())
                .bind("fleet", token.fleet())
                .bind("deviceClass", token.deviceClass())
                .bind("uses", token.uses())
                .bind("usesLeft", token.usesLeft())
                .bind("readmits", token.readmits())
                .bind("createdAt", token.createdAt())
                .bind("expiresAt", token.expiresAt())
                .execute();
    }

    /** The token, its row held until the transaction ends, so that its uses are counted one at a time. */
    Optional<EnrolmentToken> lock(Tx tx, String hash) {
        return tx.handle()
                .createQuery("select * from enrolment_token where token_hash = :hash for update")
                .bind("hash", hash)
                .map(JdbiEnrolmentTokens::map)
                .findOne();
    }

    /** Those that can be used by {@code now}, or all; the newest first, behind the one of that id. */
    List<EnrolmentToken> list(Tx tx, boolean all, Instant now, Optional<String> after, int limit) {
        return tx.handle()
                .createQuery("""
                        select * from enrolment_token t
                        where (:all or (t.revoked_at is null and t.expires_at > :now and t.uses_left > 0))
                            and (cast(:after as text) is null or (t.created_at, t.token_id) < (
                                select a.created_at, a.token_id from enrolment_token a where a.token_id = :after))
                        order by t.created_at desc, t.token_id desc limit :limit""")
                .bind("all", all)
                .bind("now", now)
                .bind("after", after)
                .bind("limit", limit)
                .map(JdbiEnrolmentTokens::map)
                .list();
    }

    /** Takes a token back, for good; empty if there is none of that id. */
    Optional<EnrolmentToken> revoke(Tx tx, String id, Instant now) {
        return tx.handle()
                .createQuery("""
                        update enrolment_token set revoked_at = coalesce(revoked_at, :now) where token_id = :id
                        returning *""")
                .bind("id", id)
                .bind("now", now)
                .map(JdbiEnrolmentTokens::map)
                .findOne();
    }

    void use(Tx tx, EnrolmentToken token) {
        tx.handle()
                .createUpdate("update enrolment_token set uses_left = uses_left - 1 where token_hash = :hash")
                .bind("hash", token.hash())
                .execute();
    }

    private static EnrolmentToken map(ResultSet row, StatementContext context) throws SQLException {
        return new EnrolmentToken(
                row.getString("token_hash"),
                row.getString("fleet"),
                row.getString("device_class"),
                row.getInt("uses"),
                row.getInt("uses_left"),
                row.getBoolean("readmits"),
                Rows.instant(row, "created_at"),
                Rows.instant(row, "expires_at"),
                Rows.optionalInstant(row, "revoked_at"));
    }
}
