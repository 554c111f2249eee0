package io.quantfleet.controlplane.registration;

/** How lines are written. For use by one thread, from the first line to the last. */
interface RowFormat {
    /** Reads one line that isn't blank. */
    Row read(String line) throws LineFaultException;
}
