package io.quantfleet.quantizer.search;

/** What mixed precision spends as little of as it can. */
public enum Objective {
    /** Time for one inference. */
    LATENCY,
    /** Size of the variant. */
    BYTES
}
