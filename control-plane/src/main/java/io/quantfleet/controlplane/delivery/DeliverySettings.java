package io.quantfleet.controlplane.delivery;

import java.time.Duration;

/**
 * How chunks get to devices.
 *
 * @param withdrawPeriod how often chunks are looked for that no live manifest names any more
 */
public record DeliverySettings(Duration withdrawPeriod) {
    public DeliverySettings {
        if (withdrawPeriod.isNegative() || withdrawPeriod.isZero()) {
            throw new IllegalArgumentException(
                    "quantfleet.delivery.withdraw-period must be positive: " + withdrawPeriod);
        }
    }
}
