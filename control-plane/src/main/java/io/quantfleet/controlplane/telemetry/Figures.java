package io.quantfleet.controlplane.telemetry;

import io.quantfleet.controlplane.latency.LatencyHistogram;

/** What can be added up over windows. */
record Figures(Counts counts, LatencyHistogram latency, Distributions distributions) {
    /** Adds up any number of figures. For one thread. */
    static final class Sum {
        private Counts counts = Counts.NONE;
        private final LatencyHistogram.Sum latency = new LatencyHistogram.Sum();
        private final Distributions.Sum distributions = new Distributions.Sum();

        Sum add(Figures figures) {
            counts = counts.plus(figures.counts());
            latency.add(figures.latency());
            distributions.add(figures.distributions());
            return this;
        }

        Figures figures() {
            return new Figures(counts, latency.histogram(), distributions.distributions());
        }
    }
}
