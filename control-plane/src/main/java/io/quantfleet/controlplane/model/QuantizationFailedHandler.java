package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.events.EventHandler;
import io.quantfleet.controlplane.events.Outcome;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.v1.QuantizationFailed;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Ends a job without a variant. The first end of a job counts. */
@Singleton
class QuantizationFailedHandler implements EventHandler<QuantizationFailed> {
    private static final Logger LOG = Logger.getLogger(QuantizationFailedHandler.class);

    private final JdbiJobs jobs;
    private final Clock clock;

    QuantizationFailedHandler(JdbiJobs jobs, Clock clock) {
        this.jobs = jobs;
        this.clock = clock;
    }

    @Override
    public Class<QuantizationFailed> messageType() {
        return QuantizationFailed.class;
    }

    @Override
    public Outcome handle(Tx tx, QuantizationFailed event, String eventId) {
        UUID id = JobIds.parse(event.getJobId());
        JdbiJobs.Job job =
                jobs.lock(tx, id).orElseThrow(() -> ControlPlaneException.notFound("quantization job " + id));
        if (!job.state().isFinal()) {
            jobs.failed(tx, id, event.getWorkerId(), event.getCode(), event.getMessage(), clock.instant());
            LOG.warnf(
                    "quantization failed: model=%s deviceClass=%s code=%s jobId=%s reason=%s",
                    job.model(), job.deviceClass(), event.getCode(), id, event.getMessage());
        }
        return Outcome.DONE;
    }
}
