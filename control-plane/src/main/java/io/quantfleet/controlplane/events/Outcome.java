package io.quantfleet.controlplane.events;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;

/** What became of an event: committed, tried again, or put aside as a dead letter. */
public sealed interface Outcome {
    /** It had its effect, now or before. */
    record Done() implements Outcome {
        @Override
        public String label() {
            return "done";
        }
    }

    /** Something it needs is away; the event comes again. */
    record RetryLater(String reason) implements Outcome {
        @Override
        public String label() {
            return "retried";
        }
    }

    /** It can't be used, now or ever; it goes to the dead letters. */
    record Reject(ReasonCode code, String reason) implements Outcome {
        @Override
        public String label() {
            return "rejected";
        }
    }

    Done DONE = new Done();

    /** Names the outcome in metrics. */
    String label();

    /** What a failure of this kind means for the event that met it. */
    static Outcome of(ControlPlaneException e) {
        return e.code() == ReasonCode.UNAVAILABLE ? new RetryLater(e.detail()) : new Reject(e.code(), e.detail());
    }
}
