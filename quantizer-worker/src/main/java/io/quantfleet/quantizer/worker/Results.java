package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.QuantizationStep;

/**
 * Where it is told how jobs fare. All but progress is told for certain: the methods return once it is, however long that
 * takes. Safe for use by several threads.
 */
interface Results {
    /** Tells how far a job is; may be lost. */
    void progressed(String jobId, QuantizationStep step, double fraction);

    /** Ends a job with a variant. */
    void quantized(String jobId, JobResult result, StoredArtifact variant, StoredArtifact probeSet)
            throws InterruptedException;

    /** Ends a job without one. */
    void failed(String jobId, ReasonCode code, String message) throws InterruptedException;

    /** Puts aside a record that is no job. */
    void putAside(Delivery delivery, Outcome.Reject why) throws InterruptedException;
}
