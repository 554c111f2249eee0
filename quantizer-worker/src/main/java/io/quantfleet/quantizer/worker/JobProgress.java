package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.protocols.v1.TrainingPoint;

/** Hears how far a job is. Nothing has a default: whoever passes it on passes on all of it. */
interface JobProgress {
    /**
     * Called as often as is convenient, from any thread.
     *
     * @param fraction of the whole job, 0 to 1
     */
    void report(QuantizationStep step, double fraction);

    /** Called when a rung of the ladder is done. */
    void climbed(QuantizationRung rung);

    /** Called while the variant is trained. */
    void trained(TrainingPoint point);
}
