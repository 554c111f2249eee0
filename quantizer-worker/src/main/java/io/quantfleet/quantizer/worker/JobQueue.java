package io.quantfleet.quantizer.worker;

import java.time.Duration;
import java.util.Optional;

/**
 * The jobs that wait for a worker. A job taken from it is lent for a while; the loan must be renewed before it runs
 * out, or the job goes to another worker. At most one loan at a time. For one thread, but for {@link #wakeup()}.
 */
interface JobQueue extends AutoCloseable {
    /** Waits for a job; empty if none came in time, the queue is out of reach, or {@link #wakeup()} was called. */
    Optional<Delivery> next(Duration timeout) throws InterruptedException;

    /**
     * Extends the loan. On {@code false} the loan is lost or in doubt, and the job will be delivered again, to this worker or
     * another.
     */
    boolean renew(Delivery delivery) throws InterruptedException;

    /** Ends the loan. Should the queue be out of reach, the job will be delivered again. */
    void settle(Delivery delivery, Settlement settlement) throws InterruptedException;

    /** How long a loan lasts. */
    Duration loanDuration();

    /** Makes {@link #next} return at once, now and ever after; from any thread. */
    void wakeup();

    /** Gives back whatever is on loan. */
    @Override
    void close();
}
