package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/** Quantization jobs in the database. */
@Singleton
class JdbiJobs {
    /** A job: one model version for one device class. */
    record Job(UUID id, ModelVersionId model, String deviceClass, JobState state) {}

    /** Whether the job is new: there is one for each version and device class. */
    boolean insert(Tx tx, Job job, Instant now) {
        return tx.handle()
                        .createUpdate("""
                                insert into quantization_job
                                    (id, model_name, model_version, device_class, state, queued_at)
                                values (:id, :model, :version, :deviceClass, :state, :now) on conflict do nothing""")
                        .bind("id", job.id())
                        .bind("model", job.model().model())
                        .bind("version", job.model().version())
                        .bind("deviceClass", job.deviceClass())
                        .bind("state", job.state().name())
                        .bind("now", now)
                        .execute()
                == 1;
    }

    /** The job, its row held until the transaction ends. */
    Optional<Job> lock(Tx tx, UUID id) {
        return tx.handle()
                .createQuery("select * from quantization_job where id = :id for update")
                .bind("id", id)
                .map(JdbiJobs::map)
                .findOne();
    }

    /** Notes progress; it never goes back, whatever order its reports come in, unless another worker begins anew. */
    void progressed(Tx tx, UUID id, String worker, String step, double fraction, Instant at) {
        tx.handle()
                .createUpdate("""
                        update quantization_job set state = 'RUNNING', worker = :worker, step = :step,
                            progress = :fraction, started_at = coalesce(started_at, :at)
                        where id = :id and state in ('QUEUED', 'RUNNING')
                            and (worker is distinct from :worker or progress <= :fraction)""")
                .bind("id", id)
                .bind("worker", worker)
                .bind("step", step)
                .bind("fraction", fraction)
                .bind("at", at)
                .execute();
    }

    void succeeded(Tx tx, UUID id, String worker, Instant at) {
        tx.handle()
                .createUpdate("""
                        update quantization_job set state = 'SUCCEEDED', worker = :worker, progress = 1,
                            started_at = coalesce(started_at, :at), finished_at = :at where id = :id""")
                .bind("id", id)
                .bind("worker", worker)
                .bind("at", at)
                .execute();
    }

    void failed(Tx tx, UUID id, String worker, String code, String message, Instant at) {
        tx.handle()
                .createUpdate("""
                        update quantization_job set state = 'FAILED', worker = :worker, failure_code = :code,
                            failure = :message, started_at = coalesce(started_at, :at), finished_at = :at
                        where id = :id""")
                .bind("id", id)
                .bind("worker", worker)
                .bind("code", code)
                .bind("message", message)
                .bind("at", at)
                .execute();
    }

    private static Job map(ResultSet row, StatementContext context) throws SQLException {
        return new Job(
                Rows.uuid(row, "id"),
                new ModelVersionId(row.getString("model_name"), row.getInt("model_version")),
                row.getString("device_class"),
                JobState.valueOf(row.getString("state")));
    }
}
