package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.protocols.v1.TrainingPoint;
import java.util.List;

/**
 * Where it is told how jobs fare. All but progress is told for certain: the methods return once it is, however long that
 * takes. Safe for use by several threads.
 */
interface Results {
    /**
     * Tells how far a job is; may be lost.
     *
     * @param rungs all rungs of the ladder that were climbed until now
     * @param curve how the training went until now
     */
    void progressed(
            String jobId,
            QuantizationStep step,
            double fraction,
            List<QuantizationRung> rungs,
            List<TrainingPoint> curve);

    /** Ends a job with a variant. */
    void quantized(String jobId, JobResult result, StoredVariant stored) throws InterruptedException;

    /** Ends a job without one. */
    void failed(String jobId, ReasonCode code, String message) throws InterruptedException;

    /** Puts aside a record that is no job. */
    void putAside(Delivery delivery, Outcome.Reject why) throws InterruptedException;
}
