package io.quantfleet.controlplane.fleet;

import java.time.Instant;

/**
 * A named set of devices.
 *
 * @param devices how many have enrolled into it
 */
public record Fleet(String name, String description, int devices, Instant createdAt) {}
