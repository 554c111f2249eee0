package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.statement.StatementContext;

/** Revocations of credentials in the database. */
@Singleton
class JdbiRevocations {
    List<Revocation> pending(Tx tx, int limit) {
        return tx.handle()
                .createQuery("""
                        select device_id, credentials_revoked_at from device
                        where credentials_revoked_at is not null and revocation_published_at is null
                        order by device_id limit :limit""")
                .bind("limit", limit)
                .map(JdbiRevocations::map)
                .list();
    }

    List<Revocation> behind(Tx tx, String device, int limit) {
        return tx.handle()
                .createQuery("""
                        select device_id, credentials_revoked_at from device
                        where credentials_revoked_at is not null and device_id > :device
                        order by device_id limit :limit""")
                .bind("device", device)
                .bind("limit", limit)
                .map(JdbiRevocations::map)
                .list();
    }

    /** Notes that a revocation is on the broker, unless the device was decommissioned again meanwhile. */
    void published(Tx tx, Revocation revocation, Instant now) {
        tx.handle()
                .createUpdate("""
                        update device set revocation_published_at = :now
                        where device_id = :device and credentials_revoked_at = :until""")
                .bind("device", revocation.device().value())
                .bind("until", revocation.issuedUntil())
                .bind("now", now)
                .execute();
    }

    private static Revocation map(ResultSet row, StatementContext context) throws SQLException {
        return new Revocation(new DeviceId(row.getString("device_id")), Rows.instant(row, "credentials_revoked_at"));
    }
}
