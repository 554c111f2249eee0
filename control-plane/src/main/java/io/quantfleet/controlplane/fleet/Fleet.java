package io.quantfleet.controlplane.fleet;

import java.time.Instant;
import java.util.Optional;

/**
 * A named set of devices.
 *
 * @param query which devices are in it, in the language of {@link io.quantfleet.controlplane.filter}; empty for a static
 *     fleet, whose devices enrol into it
 * @param devices how many are in it
 * @param refreshedAt when the devices of a fleet by query were last looked up
 */
public record Fleet(
        String name,
        String description,
        Optional<String> query,
        int devices,
        Instant createdAt,
        Optional<Instant> refreshedAt) {}
