package io.quantfleet.controlplane.console.deviceclass;

import java.time.Instant;

/** A device class, with its profile as YAML and how much there is of it; used once a job, a device or a token is of it. */
public record DeviceClassRow(
        String name,
        String profile,
        boolean builtIn,
        Instant createdAt,
        long devices,
        long online,
        long variants,
        boolean used) {
    /** Whether its profile may change: nothing was made by it yet. */
    public boolean editable() {
        return !builtIn && !used;
    }
}
