package io.quantfleet.quantizer.worker;

/** What the share group is told of a delivered record; afterwards it is out of this worker's hands. */
enum Settlement {
    /** Dealt with. */
    ACCEPT,
    /** Never to be delivered again. */
    REJECT,
    /** To be delivered again, to any worker. */
    RELEASE;

    /** Whether the record is not to be seen again. */
    boolean isFinal() {
        return this != RELEASE;
    }
}
