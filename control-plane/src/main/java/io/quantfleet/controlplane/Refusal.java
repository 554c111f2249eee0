package io.quantfleet.controlplane;

/** The body of an answer that says no. */
public interface Refusal {
    /** Stable, for programs. */
    String code();

    /** For people. */
    String detail();
}
