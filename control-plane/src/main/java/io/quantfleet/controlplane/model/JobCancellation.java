package io.quantfleet.controlplane.model;

import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.outbox.JdbiOutbox;
import io.quantfleet.controlplane.outbox.OutboxEvent;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.QuantizationJobCancelled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/**
 * Cancels jobs. For the control plane a cancelled job is over at once, and whatever a worker still says of it is ignored; that
 * the workers hear of it is seen to by the outbox, in the same transaction.
 */
@Singleton
class JobCancellation {
    private final JdbiJobs jobs;
    private final JdbiOutbox outbox;
    private final Clock clock;

    JobCancellation(JdbiJobs jobs, JdbiOutbox outbox, Clock clock) {
        this.jobs = jobs;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Ends a job as cancelled; harmless if it is already.
     *
     * @throws ControlPlaneException {@code ILLEGAL_STATE} if it ended otherwise, {@code NOT_FOUND} if there is none
     */
    void cancel(Tx tx, UUID id) {
        JdbiJobs.Job job =
                jobs.lock(tx, id).orElseThrow(() -> ControlPlaneException.notFound("quantization job " + id));
        if (job.state() == JobState.CANCELLED) {
            return;
        }
        if (job.state().isFinal()) {
            throw new ControlPlaneException(
                    ReasonCode.ILLEGAL_STATE, "job " + id + " has ended already: it is " + job.state());
        }
        Instant now = clock.instant();
        jobs.cancelled(tx, id, now);
        outbox.add(
                tx,
                "cancel-" + id,
                OutboxEvent.QUANTIZATION_JOB_CANCELLED,
                id.toString(),
                QuantizationJobCancelled.newBuilder()
                        .setJobId(id.toString())
                        .setAt(Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano()))
                        .build());
    }
}
