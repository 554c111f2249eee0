package io.quantfleet.controlplane.registration;

import java.util.Optional;

/**
 * How an import goes.
 *
 * @param fleet of the lines that name none
 * @param deviceClass of the lines that name none
 * @param update whether devices that are known otherwise become as the import says
 * @param dryRun whether nothing is kept
 */
record ImportOptions(Optional<String> fleet, Optional<String> deviceClass, boolean update, boolean dryRun) {}
