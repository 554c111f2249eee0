package io.quantfleet.quantizer.search;

/** What one rung of the ladder tries. */
interface Step {

    /** The technique. */
    Technique technique();

    /** Lets variants challenge the best of the contest; none if there is nothing to try. */
    void enter(Contest contest);
}
