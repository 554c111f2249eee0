package io.quantfleet.cli.simulate;

import io.quantfleet.agent.serve.Model;
import io.quantfleet.protocols.v1.ProbeSet;
import java.util.random.RandomGenerator;

/**
 * Stands in for a model in a runtime: it is right about a given part of the samples, always the same ones, as a network
 * is, and says that each inference took as long as one drawn at random. It takes no time and no memory.
 */
final class SimulatedModel implements Model {
    private static final float CONFIDENCE = 0.9f;

    private final ProbeSet probeSet;
    private final double accuracy;
    private final Distribution.Latency latency;
    private final RandomGenerator random;

    SimulatedModel(ProbeSet probeSet, double accuracy, Distribution.Latency latency, RandomGenerator random) {
        this.probeSet = probeSet;
        this.accuracy = accuracy;
        this.latency = latency;
        this.random = random;
    }

    @Override
    public int samples() {
        return probeSet.getSamples();
    }

    @Override
    public int label(int sample) {
        return probeSet.getLabels(sample);
    }

    @Override
    public Answer classify(int sample) {
        // Spread evenly, so that of the first n samples accuracy * n are right, give or take one.
        boolean right = Math.floor((sample + 1) * accuracy) > Math.floor(sample * accuracy);
        return new Answer(right ? label(sample) : label(sample) + 1, (long) latency.sample(random), CONFIDENCE);
    }

    @Override
    public void close() {}
}
