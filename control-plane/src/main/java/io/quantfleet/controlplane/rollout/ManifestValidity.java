package io.quantfleet.controlplane.rollout;

import java.time.Duration;

/** How long a device may act on a manifest after it was signed. */
public record ManifestValidity(Duration duration) {
    private static final Duration MINIMUM = Duration.ofSeconds(1);

    public ManifestValidity {
        if (duration.compareTo(MINIMUM) < 0) {
            throw new IllegalArgumentException(
                    "quantfleet.manifest.validity is " + duration + "; it must be at least " + MINIMUM);
        }
    }
}
