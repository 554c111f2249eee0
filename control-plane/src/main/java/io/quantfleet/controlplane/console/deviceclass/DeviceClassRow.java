package io.quantfleet.controlplane.console.deviceclass;

import java.time.Instant;

/** A device class, with its profile as YAML and how much there is of it. */
public record DeviceClassRow(
        String name, String profile, boolean builtIn, Instant createdAt, long devices, long online, long variants) {}
