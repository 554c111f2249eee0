package io.quantfleet.cli.simulate;

import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ProbeAnswers;
import java.util.random.RandomGenerator;

/**
 * Stands in for a model in a runtime: it is right about a given part of the samples, always the same ones, as a network
 * is, and says that each inference took as long as one drawn at random. It takes no time and no memory.
 */
final class SimulatedModel implements Model {
    private static final float CONFIDENCE = 0.9f;

    private final ProbeAnswers answers;
    private final double accuracy;
    private final Distribution.Latency latency;
    private final RandomGenerator random;

    SimulatedModel(ProbeAnswers answers, double accuracy, Distribution.Latency latency, RandomGenerator random) {
        this.answers = answers;
        this.accuracy = accuracy;
        this.latency = latency;
        this.random = random;
    }

    @Override
    public int samples() {
        return answers.samples();
    }

    @Override
    public int answers() {
        return answers.count();
    }

    @Override
    public int label(int answer) {
        return answers.label(answer);
    }

    @Override
    public Answer classify(int answer) {
        return new Answer(
                isRight(answer) ? label(answer) : label(answer) + 1, (long) latency.sample(random), CONFIDENCE);
    }

    @Override
    public Check check(int sample) {
        long right = answers.of(sample).filter(this::isRight).count();
        return new Check((int) right, (int) answers.of(sample).count(), (long) latency.sample(random));
    }

    @Override
    public boolean choosesTokens() {
        return answers.areTokens();
    }

    // Spread evenly, so that of the first n answers accuracy * n are right, give or take one.
    private boolean isRight(int answer) {
        return Math.floor((answer + 1) * accuracy) > Math.floor(answer * accuracy);
    }

    @Override
    public void close() {}
}
