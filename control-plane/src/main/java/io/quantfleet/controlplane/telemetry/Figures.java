package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.latency.LatencyHistogram;

/**
 * What can be added up over windows.
 *
 * @param windows how many went in
 * @param right labelled inferences that were right
 * @param errors inferences that failed
 */
record Figures(long windows, LatencyHistogram latency, long inferences, long right, long wrong, long errors) {
    Figures {
        if (windows < 0 || inferences < 0 || right < 0 || wrong < 0 || errors < 0) {
            throw new IllegalArgumentException("a count is negative or above 2^63");
        }
    }

    Figures plus(Figures other) {
        return new Figures(
                windows + other.windows,
                latency.plus(other.latency),
                inferences + other.inferences,
                right + other.right,
                wrong + other.wrong,
                errors + other.errors);
    }
}
