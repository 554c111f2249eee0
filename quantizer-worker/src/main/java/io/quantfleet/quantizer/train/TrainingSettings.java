package io.quantfleet.quantizer.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a training goes about.
 *
 * @param epochs how often the training samples are seen, at most
 * @param time what it may take, what it took before an interruption included; fewer steps are planned where all would take longer
 * @param learningRate how far a weight moves in a step at first, as a part of the mean magnitude of its tensor; empty for
 *     {@link #LEARNING_RATE}
 * @param seed settles what is drawn at random
 * @param threads how many threads compute
 * @param checkpoint where it is noted how far the training is, and where it goes on from if the file is there; empty where
 *     nothing is noted
 * @param supervision what the model learns from
 * @param batch samples whose mean gradient makes a step
 * @param accumulation into how many parts a batch is cut, one after the other, to save memory
 */
public record TrainingSettings(
        int epochs,
        Duration time,
        Optional<Double> learningRate,
        long seed,
        int threads,
        Optional<Path> checkpoint,
        Supervision supervision,
        int batch,
        int accumulation) {

    /** What suits networks that were trained well before. */
    public static final double LEARNING_RATE = 0.001;

    private static final int BATCH = 64;

    public TrainingSettings {
        if (epochs < 1 || threads < 1 || batch < 1 || accumulation < 1 || accumulation > batch) {
            throw new IllegalArgumentException(
                    "epochs, threads, batch and accumulation are at least 1, and a batch is cut"
                            + " into no more parts than it has samples");
        }
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("training takes some time, not " + time);
        }
        if (learningRate.filter(rate -> !(rate > 0 && rate < 1)).isPresent()) {
            throw new IllegalArgumentException("a learning rate lies between 0 and 1, not " + learningRate);
        }
    }

    /** Batches of 64 in one part, and what FP32 answers to learn from. */
    public TrainingSettings(
            int epochs,
            Duration time,
            Optional<Double> learningRate,
            long seed,
            int threads,
            Optional<Path> checkpoint) {
        this(epochs, time, learningRate, seed, threads, checkpoint, Supervision.DISTILLATION, BATCH, 1);
    }

    /** The same with something else to learn from. */
    public TrainingSettings withSupervision(Supervision other) {
        return new TrainingSettings(epochs, time, learningRate, seed, threads, checkpoint, other, batch, accumulation);
    }

    /** The same with other batches. */
    public TrainingSettings withBatches(int samples, int parts) {
        return new TrainingSettings(epochs, time, learningRate, seed, threads, checkpoint, supervision, samples, parts);
    }

    double rate() {
        return learningRate.orElse(LEARNING_RATE);
    }
}
