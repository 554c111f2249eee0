package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.events.EventHandler;
import io.quantfleet.controlplane.events.Outcome;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.QuantizationStep;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Notes how far a worker has come. Advisory: late, lost and repeated reports do no harm. */
@Singleton
class QuantizationProgressedHandler implements EventHandler<QuantizationProgressed> {
    private static final String PREFIX = "QUANTIZATION_STEP_";

    private final JdbiJobs jobs;
    private final Clock clock;

    QuantizationProgressedHandler(JdbiJobs jobs, Clock clock) {
        this.jobs = jobs;
        this.clock = clock;
    }

    @Override
    public Class<QuantizationProgressed> messageType() {
        return QuantizationProgressed.class;
    }

    @Override
    public Outcome handle(Tx tx, QuantizationProgressed event, String eventId) {
        boolean known = event.getStep() != QuantizationStep.QUANTIZATION_STEP_UNSPECIFIED
                && event.getStep() != QuantizationStep.UNRECOGNIZED;
        if (known) {
            jobs.progressed(
                    tx,
                    JobIds.parse(event.getJobId()),
                    event.getWorkerId(),
                    event.getStep().name().substring(PREFIX.length()),
                    Math.max(0, Math.min(1, event.getFraction())),
                    RungsJson.of(event.getRungsList()),
                    RungsJson.training(event.getTrainingList()),
                    clock.instant());
        }
        return Outcome.DONE;
    }
}
