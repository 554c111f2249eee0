package io.quantfleet.controlplane.registration;

import java.util.List;

/**
 * What became of an import.
 *
 * @param lines that hold a device, good or not
 * @param registered devices that were not known before
 * @param updated devices that were known and are as the import says now
 * @param unchanged devices that were so already
 * @param rejected lines that were not taken
 * @param errors why, for each of the first {@value #MAX_ERRORS}
 * @param complete whether the body was read to its end
 * @param dryRun whether nothing was kept
 */
record ImportReport(
        long lines,
        long registered,
        long updated,
        long unchanged,
        long rejected,
        List<LineFault> errors,
        boolean complete,
        boolean dryRun) {
    static final int MAX_ERRORS = 10_000;

    ImportReport {
        errors = List.copyOf(errors);
    }
}
