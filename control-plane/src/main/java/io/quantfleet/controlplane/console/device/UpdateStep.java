package io.quantfleet.controlplane.console.device;

import java.time.Instant;
import java.util.Optional;

/**
 * A step of a device's last update.
 *
 * @param after seconds since it was asked
 */
public record UpdateStep(
        Instant at, String state, double after, Optional<String> reasonCode, Optional<String> reason) {}
