package io.quantfleet.controlplane.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.v1.DeltaUse;
import io.quantfleet.protocols.v1.SignedManifest;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;

/** Deployments, one for each device of a rollout, in the database. */
@Singleton
class JdbiDeployments {
    /** A device that is there says within this time that it has begun. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private static final String DELIVERABLE = "select d.id, d.rollout_id, d.device_id, d.manifest, d.chunk_set,"
            + " (select r.traceparent from rollout r where r.id = d.rollout_id) as traceparent from deployment d ";

    private static final String PENDING = "d.published_at is null and d.finished_at is null and not d.withdrawn";

    private static final String WITHDRAW = """
            update deployment set withdrawn = true,
                state = case when finished_at is null then 'SUPERSEDED' else state end,
                state_at = case when finished_at is null then :now else state_at end,
                finished_at = coalesce(finished_at, :now)
            """;

    private final JdbiChunkSets chunkSets;

    JdbiDeployments(JdbiChunkSets chunkSets) {
        this.chunkSets = chunkSets;
    }

    /** A deployment about to be made. */
    record NewDeployment(
            UUID id,
            UUID rolloutId,
            DeviceId device,
            UUID variantJobId,
            long sequence,
            ManifestFactory.Made manifest,
            Instant issuedAt,
            Instant expiresAt) {}

    /** A deployment's standing. */
    record Standing(UUID id, DeviceId device, DeploymentState state) {}

    /** What a device said of a deployment. */
    record Progress(
            UUID id,
            DeploymentState state,
            Optional<String> reasonCode,
            Optional<String> reason,
            long fetchedBytes,
            long totalBytes,
            Optional<String> selfTest,
            Optional<DeltaUse> delta) {}

    void insert(Tx tx, List<NewDeployment> made) {
        PreparedBatch batch = tx.handle().prepareBatch("""
                        insert into deployment (id, rollout_id, device_id, variant_job_id, sequence, manifest,
                            chunk_set, issued_at, expires_at, state, state_at)
                        values (:id, :rolloutId, :device, :variantJobId, :sequence, :manifest,
                            :chunkSet, :issuedAt, :expiresAt, 'PENDING', :issuedAt)""");
        for (NewDeployment deployment : made) {
            batch.bind("id", deployment.id())
                    .bind("rolloutId", deployment.rolloutId())
                    .bind("device", deployment.device().value())
                    .bind("variantJobId", deployment.variantJobId())
                    .bind("sequence", deployment.sequence())
                    .bind("manifest", deployment.manifest().signed().toByteArray())
                    .bind(
                            "chunkSet",
                            chunkSets.of(tx, deployment.manifest().manifest()).hex())
                    .bind("issuedAt", deployment.issuedAt())
                    .bind("expiresAt", deployment.expiresAt())
                    .add();
        }
        batch.execute();
    }

    /** The deployments of these ids by id, their rows held until the transaction ends. */
    Map<UUID, Standing> lock(Tx tx, Collection<UUID> ids) {
        return tx
                .handle()
                .createQuery("""
                        select id, device_id, state from deployment where id = any(:ids) order by id for no key update""")
                .bindArray("ids", UUID.class, ids.toArray())
                .map((row, context) -> new Standing(
                        Rows.uuid(row, "id"),
                        new DeviceId(row.getString("device_id")),
                        DeploymentState.valueOf(row.getString("state"))))
                .stream()
                .collect(Collectors.toMap(Standing::id, Function.identity()));
    }

    /** Takes in where deployments got to; each is among them once. */
    void progressed(Tx tx, Collection<Progress> all, Instant now) {
        if (all.isEmpty()) {
            return;
        }
        PreparedBatch batch = tx.handle().prepareBatch("""
                        update deployment set state = :state, reason_code = :reasonCode, reason = :reason,
                            fetched_bytes = :fetchedBytes, total_bytes = :totalBytes,
                            self_test = coalesce(cast(:selfTest as jsonb), self_test), state_at = :now,
                            delta_outcome = :deltaOutcome, delta_reason = :deltaReason,
                            finished_at = :finishedAt
                        where id = :id""");
        for (Progress progress : all) {
            batch.bind("id", progress.id())
                    .bind("state", progress.state().name())
                    .bind("reasonCode", progress.reasonCode())
                    .bind("reason", progress.reason())
                    .bind("fetchedBytes", progress.fetchedBytes())
                    .bind("totalBytes", progress.totalBytes())
                    .bind("selfTest", progress.selfTest())
                    .bind("deltaOutcome", progress.delta().map(delta -> delta.getOutcome()
                            .name()
                            .replace("OUTCOME_", "")))
                    .bind(
                            "deltaReason",
                            progress.delta().map(DeltaUse::getReason).filter(reason -> !reason.isEmpty()))
                    .bind("now", now)
                    .bind("finishedAt", progress.state().isFinal() ? Optional.of(now) : Optional.<Instant>empty())
                    .add();
        }
        batch.execute();
    }

    /** Whether a rollout that has one of these deployments has none that is not finished. */
    boolean isNoneLeftBeside(Tx tx, Collection<UUID> ids) {
        return tx.handle()
                .createQuery("""
                        select exists (
                            select from (select distinct rollout_id from deployment where id = any(:ids)) r
                            where not exists (select from deployment d
                                where d.rollout_id = r.rollout_id and d.finished_at is null))""")
                .bindArray("ids", UUID.class, ids.toArray())
                .mapTo(Boolean.class)
                .one();
    }

    /** Ends the unfinished deployments of a rollout; devices that have not begun shall not begin any more. */
    void supersede(Tx tx, UUID rolloutId, Instant now) {
        tx.handle()
                .createUpdate("""
                        update deployment set withdrawn = withdrawn or state in ('PENDING', 'PUBLISHED'),
                            state = 'SUPERSEDED', state_at = :now, finished_at = :now
                        where rollout_id = :rolloutId and finished_at is null""")
                .bind("rolloutId", rolloutId)
                .bind("now", now)
                .execute();
    }

    /** Ends the deployments of a rollout whose devices have not begun; they shall not begin any more. */
    void endUnheard(Tx tx, UUID rolloutId, Instant now) {
        tx.handle()
                .createUpdate("""
                        update deployment set withdrawn = true, state = 'SUPERSEDED', state_at = :now,
                            finished_at = :now, reason = 'the rollout was aborted before the device began'
                        where rollout_id = :rolloutId and finished_at is null and state in ('PENDING', 'PUBLISHED')""")
                .bind("rolloutId", rolloutId)
                .bind("now", now)
                .execute();
    }

    /**
     * Ends the deployments of a rollout whose devices are away or have said nothing for a minute, and lets their members
     * wait for their turn again.
     */
    void takeBackUnheard(Tx tx, UUID rolloutId, Instant now) {
        tx.handle()
                .createUpdate("""
                        with unheard as (
                            update deployment d set withdrawn = true, state = 'SUPERSEDED', state_at = :now,
                                finished_at = :now, reason = 'the maintenance window closed before the device began'
                            from device e
                            where d.rollout_id = :rolloutId and d.finished_at is null
                                and d.state in ('PENDING', 'PUBLISHED') and e.device_id = d.device_id
                                and (not e.online or d.issued_at < :before)
                            returning d.id, d.device_id)
                        update rollout_member m set
                            deployment_id = case when m.deployment_id = u.id then null else m.deployment_id end,
                            rollback_id = case when m.rollback_id = u.id then null else m.rollback_id end,
                            back = m.back and m.rollback_id is distinct from u.id
                        from unheard u where m.rollout_id = :rolloutId and m.device_id = u.device_id""")
                .bind("rolloutId", rolloutId)
                .bind("now", now)
                .bind("before", now.minus(SILENCE))
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

    /** Whether there are manifests that have not been on the broker yet. */
    boolean isAnyPending(Tx tx) {
        return tx.handle()
                .createQuery("select exists (select 1 from deployment d where " + PENDING + ")")
                .mapTo(Boolean.class)
                .one();
    }

    /** Manifests that have not been on the broker yet, oldest first, without those that name certain sets of chunks. */
    List<Deliverable> pending(Tx tx, Collection<Sha256> without, int limit) {
        return tx.handle()
                .createQuery(DELIVERABLE + "where " + PENDING + """
                         and coalesce(d.chunk_set <> all(:without), true)
                        order by d.issued_at, d.device_id limit :limit""")
                .bindArray(
                        "without",
                        String.class,
                        without.stream().map(Sha256::hex).toList())
                .bind("limit", limit)
                .map(JdbiDeployments::deliverable)
                .list();
    }

    /** The bytes of the variants that online devices fetch, each counted up to a limit. */
    long bytesUnderway(Tx tx, long atMost, Instant since) {
        return tx.handle()
                .createQuery("""
                        select coalesce(sum(least(v.bytes, :atMost)), 0) from deployment d
                        join variant v on v.job_id = d.variant_job_id
                        join device e on e.device_id = d.device_id and e.online
                        where d.state in ('PUBLISHED', 'FETCHING') and d.state_at > :since""")
                .bind("atMost", atMost)
                .bind("since", since)
                .mapTo(Long.class)
                .one();
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

    /**
     * The broker has these. Whoever wanted something else of a device meanwhile may have been overtaken, so that goes to
     * the broker once more.
     */
    void published(Tx tx, List<UUID> ids, Instant now) {
        tx.handle()
                .createUpdate("""
                        update deployment set published_at = coalesce(published_at, :now),
                            state_at = case when state = 'PENDING' then :now else state_at end,
                            state = case when state = 'PENDING' then 'PUBLISHED' else state end,
                            withdrawn_at = null
                        where id = any(:ids)""")
                .bindArray("ids", UUID.class, ids)
                .bind("now", now)
                .execute();
        tx.handle().createUpdate("""
                        update deployment n set withdrawn_at = null,
                            published_at = case when n.withdrawn then n.published_at end
                        from deployment d join device v on v.device_id = d.device_id
                        where d.id = any(:ids) and n.device_id = v.device_id and n.sequence = v.last_sequence
                            and n.sequence > d.sequence""").bindArray("ids", UUID.class, ids).execute();
    }

    /** Takes back everything that a device was ever to run. */
    void withdrawAll(Tx tx, DeviceId device, Instant now) {
        tx.handle()
                .createUpdate(WITHDRAW + "where device_id = :device")
                .bind("device", device.value())
                .bind("now", now)
                .execute();
    }

    /** Takes desired states back: the devices shall want nothing. Ends the deployments that have not ended. */
    void withdraw(Tx tx, Collection<UUID> ids, Instant now) {
        tx.handle()
                .createUpdate(WITHDRAW + "where id = any(:ids)")
                .bindArray("ids", UUID.class, ids.toArray())
                .bind("now", now)
                .execute();
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
                    SignedManifest.parseFrom(row.getBytes("manifest")),
                    Rows.optionalText(row, "chunk_set").map(Sha256::new),
                    Rows.optionalText(row, "traceparent").flatMap(TraceParent::parse));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the database holds a manifest that doesn't parse", e);
        }
    }
}
