package io.quantfleet.controlplane.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.SignedManifest;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/** Deployments, one for each device of a rollout, in the database. */
@Singleton
class JdbiDeployments {
    private static final String DELIVERABLE = "select d.id, d.rollout_id, d.device_id, d.manifest from deployment d ";

    /** A deployment about to be made. */
    record NewDeployment(
            UUID id,
            UUID rolloutId,
            DeviceId device,
            UUID variantJobId,
            long sequence,
            SignedManifest manifest,
            Instant issuedAt,
            Instant expiresAt) {}

    /** A deployment's standing. */
    record Standing(UUID id, UUID rolloutId, DeploymentState state) {}

    /** What a device said of a deployment. */
    record Progress(
            DeploymentState state,
            Optional<String> reasonCode,
            Optional<String> reason,
            long fetchedBytes,
            long totalBytes,
            Optional<String> selfTest) {}

    void insert(Tx tx, NewDeployment deployment) {
        tx.handle()
                .createUpdate("""
                        insert into deployment (id, rollout_id, device_id, variant_job_id, sequence, manifest,
                            issued_at, expires_at, state, state_at)
                        values (:id, :rolloutId, :device, :variantJobId, :sequence, :manifest,
                            :issuedAt, :expiresAt, 'PENDING', :issuedAt)""")
                .bind("id", deployment.id())
                .bind("rolloutId", deployment.rolloutId())
                .bind("device", deployment.device().value())
                .bind("variantJobId", deployment.variantJobId())
                .bind("sequence", deployment.sequence())
                .bind("manifest", deployment.manifest().toByteArray())
                .bind("issuedAt", deployment.issuedAt())
                .bind("expiresAt", deployment.expiresAt())
                .execute();
    }

    /** The device's deployment of that id, its row held until the transaction ends. */
    Optional<Standing> lock(Tx tx, UUID id, DeviceId device) {
        return tx.handle()
                .createQuery("""
                        select id, rollout_id, state from deployment where id = :id and device_id = :device
                        for update""")
                .bind("id", id)
                .bind("device", device.value())
                .map((row, context) -> new Standing(
                        Rows.uuid(row, "id"),
                        Rows.uuid(row, "rollout_id"),
                        DeploymentState.valueOf(row.getString("state"))))
                .findOne();
    }

    void progressed(Tx tx, UUID id, Progress progress, Instant now) {
        tx.handle()
                .createUpdate("""
                        update deployment set state = :state, reason_code = :reasonCode, reason = :reason,
                            fetched_bytes = :fetchedBytes, total_bytes = :totalBytes,
                            self_test = coalesce(cast(:selfTest as jsonb), self_test), state_at = :now,
                            finished_at = :finishedAt
                        where id = :id""")
                .bind("id", id)
                .bind("state", progress.state().name())
                .bind("reasonCode", progress.reasonCode())
                .bind("reason", progress.reason())
                .bind("fetchedBytes", progress.fetchedBytes())
                .bind("totalBytes", progress.totalBytes())
                .bind("selfTest", progress.selfTest())
                .bind("now", now)
                .bind("finishedAt", progress.state().isFinal() ? Optional.of(now) : Optional.<Instant>empty())
                .execute();
    }

    /** Ends the unfinished deployments of a rollout. */
    void supersede(Tx tx, UUID rolloutId, Instant now) {
        tx.handle()
                .createUpdate("""
                        update deployment set state = 'SUPERSEDED', state_at = :now, finished_at = :now
                        where rollout_id = :rolloutId and finished_at is null""")
                .bind("rolloutId", rolloutId)
                .bind("now", now)
                .execute();
    }

    /** Ends the deployments whose time has run out. */
    void expire(Tx tx, Instant now) {
        tx.handle().createUpdate("""
                        update deployment set state = 'EXPIRED', reason_code = 'MANIFEST_EXPIRED',
                            reason = 'the device did not converge before its manifest expired',
                            state_at = :now, finished_at = :now
                        where finished_at is null and expires_at <= :now""").bind("now", now).execute();
    }

    /** Manifests that have not been on the broker yet, oldest first. */
    List<Deliverable> pending(Tx tx, int limit) {
        return tx.handle()
                .createQuery(DELIVERABLE + """
                        where d.state = 'PENDING' and d.published_at is null and not d.withdrawn order by d.issued_at, d.device_id
                        limit :limit""")
                .bind("limit", limit)
                .map(JdbiDeployments::deliverable)
                .list();
    }

    /** The newest manifest of each device that is still good, by device id from {@code after} on. */
    List<Deliverable> live(Tx tx, String after, Instant now, int limit) {
        return tx.handle()
                .createQuery(DELIVERABLE + """
                        join device v on v.device_id = d.device_id and v.last_sequence = d.sequence
                        where d.device_id > :after and d.published_at is not null and d.expires_at > :now and not d.withdrawn
                        order by d.device_id limit :limit""")
                .bind("after", after)
                .bind("now", now)
                .bind("limit", limit)
                .map(JdbiDeployments::deliverable)
                .list();
    }

    void published(Tx tx, List<UUID> ids, Instant now) {
        tx.handle()
                .createUpdate("""
                        update deployment set published_at = coalesce(published_at, :now),
                            state_at = case when state = 'PENDING' then :now else state_at end,
                            state = case when state = 'PENDING' then 'PUBLISHED' else state end
                        where id = any(:ids)""")
                .bindArray("ids", UUID.class, ids)
                .bind("now", now)
                .execute();
    }

    /** Takes a desired state back: the device shall want nothing. Ends the deployment if it has not ended. */
    void withdraw(Tx tx, UUID id, Instant now) {
        tx.handle().createUpdate("""
                        update deployment set withdrawn = true,
                            state = case when finished_at is null then 'SUPERSEDED' else state end,
                            state_at = case when finished_at is null then :now else state_at end,
                            finished_at = coalesce(finished_at, :now)
                        where id = :id""").bind("id", id).bind("now", now).execute();
    }

    /** Desired states that were taken back and may still be on the broker, unless the device wants something newer. */
    List<Deliverable> toWithdraw(Tx tx, int limit) {
        return tx.handle()
                .createQuery(DELIVERABLE + """
                        join device v on v.device_id = d.device_id and v.last_sequence = d.sequence
                        where d.withdrawn and d.withdrawn_at is null limit :limit""")
                .bind("limit", limit)
                .map(JdbiDeployments::deliverable)
                .list();
    }

    void withdrawn(Tx tx, List<UUID> ids, Instant now) {
        tx.handle()
                .createUpdate("update deployment set withdrawn_at = :now where id = any(:ids)")
                .bindArray("ids", UUID.class, ids)
                .bind("now", now)
                .execute();
    }

    private static Deliverable deliverable(ResultSet row, StatementContext context) throws SQLException {
        try {
            return new Deliverable(
                    Rows.uuid(row, "id"),
                    Rows.uuid(row, "rollout_id"),
                    new DeviceId(row.getString("device_id")),
                    SignedManifest.parseFrom(row.getBytes("manifest")));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the database holds a manifest that doesn't parse", e);
        }
    }
}
