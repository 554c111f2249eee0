package io.quantfleet.controlplane.alert;

import java.time.Duration;

/** How often the rules are looked at. */
public record AlertPeriod(Duration period) {
    public AlertPeriod {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException(
                    "quantfleet.alerts.period is " + period + "; it must be longer than nothing");
        }
    }
}
