package io.quantfleet.controlplane.gate;

/** What a gate says. Of several, the worst counts: the order is from best to worst. */
public enum Verdict {
    /** As far as this gate goes, the next stage may open. */
    OPEN,
    /** Not known yet, or not good enough yet. */
    HOLD,
    /** The rollout must not go on. */
    FAIL;

    /** The worse of both. */
    Verdict and(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
