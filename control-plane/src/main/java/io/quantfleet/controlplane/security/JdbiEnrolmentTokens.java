package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;

/** Enrolment tokens in the database, by their hashes. */
@Singleton
class JdbiEnrolmentTokens {
    void insert(Tx tx, EnrolmentToken token, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into enrolment_token
                            (token_hash, fleet, device_class, uses, uses_left, created_at, expires_at)
                        values (:hash, :fleet, :deviceClass, :uses, :usesLeft, :now, :expiresAt)""")
                .bind("hash", token.hash())
                .bind("fleet", token.fleet())
                .bind("deviceClass", token.deviceClass())
                .bind("uses", token.uses())
                .bind("usesLeft", token.usesLeft())
                .bind("expiresAt", token.expiresAt())
                .bind("now", now)
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
                Rows.instant(row, "expires_at"));
    }
}
