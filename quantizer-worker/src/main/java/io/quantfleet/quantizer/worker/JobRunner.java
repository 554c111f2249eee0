package io.quantfleet.quantizer.worker;

import io.quantfleet.quantizer.QuantizerException;

/** The quantizer as this program sees it. */
@FunctionalInterface
interface JobRunner {
    /**
     * Makes and judges one variant, in the calling thread, which may take hours. An interrupt ends it soon, with an
     * exception whose code is {@code CANCELLED}.
     *
     * @param files what to read, and the directory to write to
     * @throws QuantizerException if it can't be done; the code tells bad input from an outage
     */
    JobResult run(QuantizationJob job, JobFiles files, JobProgress progress);

    /** Called once it is told how a job ended: nobody will go on with it. */
    default void ended(String jobId) {}
}
