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
    /** A job: the attempt at one model version for one device class. */
    record Job(UUID id, ModelVersionId model, String deviceClass, int attempt, JobState state) {}

    /** Whether the job is new: there is one for each version, device class and attempt. */
    boolean insert(Tx tx, Job job, JobPlanner.Terms terms, boolean trains, Instant now) {
        return tx.handle()
                        .createUpdate("""
                                insert into quantization_job
                                    (id, model_name, model_version, device_class, attempt, state, options,
                                     max_loss_points, trains, queued_at)
                                values (:id, :model, :version, :deviceClass, :attempt, :state,
                                     cast(:options as jsonb), :maxLossPoints, :trains, :now) on conflict do nothing""")
                        .bind("id", job.id())
                        .bind("model", job.model().model())
                        .bind("version", job.model().version())
                        .bind("deviceClass", job.deviceClass())
                        .bind("attempt", job.attempt())
                        .bind("state", job.state().name())
                        .bind("options", JobOptions.json(terms.options()))
                        .bind("maxLossPoints", terms.maxLossPoints())
                        .bind("trains", trains)
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

    /** The last attempt at a version for a device class, its row held until the transaction ends. */
    Optional<Job> lockLatest(Tx tx, ModelVersionId id, String deviceClass) {
        return tx.handle()
                .createQuery("""
                        select * from quantization_job
                        where model_name = :model and model_version = :version and device_class = :deviceClass
                        order by attempt desc limit 1 for update""")
                .bind("model", id.model())
                .bind("version", id.version())
                .bind("deviceClass", deviceClass)
                .map(JdbiJobs::map)
                .findOne();
    }

    /** Notes progress; it never goes back, whatever order its reports come in, unless another worker begins anew. */
    void progressed(
            Tx tx, UUID id, String worker, String step, double fraction, String rungs, String training, Instant at) {
        tx.handle()
                .createUpdate("""
                        update quantization_job set state = 'RUNNING', worker = :worker, step = :step,
                            progress = :fraction, rungs = cast(:rungs as jsonb), training = cast(:training as jsonb),
                            started_at = coalesce(started_at, :at)
                        where id = :id and state in ('QUEUED', 'RUNNING')
                            and (worker is distinct from :worker or progress <= :fraction)""")
                .bind("id", id)
                .bind("worker", worker)
                .bind("step", step)
                .bind("fraction", fraction)
                .bind("rungs", rungs)
                .bind("training", training)
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

    void cancelled(Tx tx, UUID id, Instant at) {
        tx.handle()
                .createUpdate("update quantization_job set state = 'CANCELLED', finished_at = :at where id = :id")
                .bind("id", id)
                .bind("at", at)
                .execute();
    }

    private static Job map(ResultSet row, StatementContext context) throws SQLException {
        return new Job(
                Rows.uuid(row, "id"),
                new ModelVersionId(row.getString("model_name"), row.getInt("model_version")),
                row.getString("device_class"),
                row.getInt("attempt"),
                JobState.valueOf(row.getString("state")));
    }
}
