package io.quantfleet.controlplane.device;

import java.time.Instant;

/**
 * A kind of hardware with one runtime.
 *
 * @param profile what the runtime can execute, as YAML
 * @param builtIn whether it came with the product
 */
public record DeviceClass(String name, String profile, boolean builtIn, Instant createdAt) {}
