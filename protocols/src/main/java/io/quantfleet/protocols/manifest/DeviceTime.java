package io.quantfleet.protocols.manifest;

import java.time.Instant;

/**
 * What time it is, on a device whose clock need not be right.
 *
 * @param clock what its clock says
 * @param atLeast a time that has passed for certain
 */
public record DeviceTime(Instant clock, Instant atLeast) {
    /** By the clock alone. */
    public static DeviceTime by(Instant clock) {
        return new DeviceTime(clock, Instant.MIN);
    }

    /** The later of both: a clock that is behind is not believed. */
    public Instant now() {
        return clock.isBefore(atLeast) ? atLeast : clock;
    }

    /** For messages. */
    @Override
    public String toString() {
        return clock.isBefore(atLeast)
                ? "it is past " + atLeast + " for certain, though this device's clock says " + clock
                : "this device's clock says " + clock;
    }
}
