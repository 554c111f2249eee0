package io.quantfleet.cli.simulate;

/** What can go wrong with a device. */
public enum Fault {
    /** Its connection breaks, again and again. */
    LOSS,
    /** Its connection carries little: 256 KiB a second. */
    SLOWNESS,
    /** Some chunks come with a bit that is not as it was sent. */
    CORRUPTION,
    /** It dies, again and again, and starts anew after a moment with what it had stored. */
    CRASH,
    /** Its model answers wrong, one in three times when it would have been right. */
    WRONG_ANSWERS,
    /** Its clock is up to ten years off. */
    LYING_CLOCK,
    /** Messages come twice. */
    DUPLICATION,
    /** Messages overtake each other. */
    REORDERING;

    /** As it is written on the command line. */
    String option() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
