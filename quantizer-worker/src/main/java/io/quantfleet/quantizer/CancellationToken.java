package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import java.util.concurrent.atomic.AtomicBoolean;

/** Stops a request from another thread. Safe for use by several threads; once cancelled, for good. */
public final class CancellationToken {
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** Asks the request to stop as soon as it can. */
    public void cancel() {
        cancelled.set(true);
    }

    /** Whether that was asked for. */
    public boolean isCancelled() {
        return cancelled.get();
    }

    void check() {
        if (isCancelled()) {
            throw new QuantizerException(ReasonCode.CANCELLED, "the request was cancelled");
        }
    }
}
