package io.quantfleet.quantizer.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a training goes about.
 *
 * @param epochs how often the training samples are seen, at most
 * @param time what it may take, what it took before an interruption included; fewer steps are planned where all would take longer
 * @param learningRate how far a weight moves in a step at first, as a part of the mean magnitude of its tensor; empty for
 *     {@link TrainingOptimizer#usualRate}
 * @param seed settles what is drawn at random
 * @param threads how many threads compute
 * @param checkpoint where it is noted how far the training is, and where it goes on from if the file is there; empty where
 *     nothing is noted
 * @param supervision what the model learns from
 * @param method how it learns
 */
public record TrainingSettings(
        int epochs,
        Duration time,
        Optional<Double> learningRate,
        long seed,
        int threads,
        Optional<Path> checkpoint,
        Supervision supervision,
        Method method) {

    /**
     * How parameters are learned.
     *
     * @param optimizer how they move
     * @param batch samples whose mean gradient makes a step
     * @param accumulation into how many parts a batch is cut, one after the other, to save memory
     * @param patience after how many epochs without a gain on held-out samples it ends; empty if it does not end early
     * @param zeroPoints whether zero points of activations are learned (Bhalgat et al. 2020, LSQ+), or steps alone
     */
    public record Method(
            TrainingOptimizer optimizer, int batch, int accumulation, OptionalInt patience, boolean zeroPoints) {

        /** AdamW, batches of 64 in one part, all epochs, and steps alone. */
        public static final Method USUAL = new Method(TrainingOptimizer.ADAMW, 64, 1, OptionalInt.empty(), false);

        private static final int MOST = 4096;

        public Method {
            if (batch < 1 || batch > MOST || accumulation < 1 || accumulation > batch) {
                throw new IllegalArgumentException("a batch has 1 to " + MOST
                        + " samples, and is cut into no more parts than it has samples; not " + batch + " in "
                        + accumulation);
            }
            if (patience.isPresent() && patience.getAsInt() < 1) {
                throw new IllegalArgumentException("patience is at least one epoch, not " + patience.getAsInt());
            }
        }

        /** The same with another optimizer. */
        public Method withOptimizer(TrainingOptimizer other) {
            return new Method(other, batch, accumulation, patience, zeroPoints);
        }

        /** The same with other batches. */
        public Method withBatches(int samples, int parts) {
            return new Method(optimizer, samples, parts, patience, zeroPoints);
        }

        /** The same, ended after so many epochs without a gain. */
        public Method withPatience(int most) {
            return new Method(optimizer, batch, accumulation, OptionalInt.of(most), zeroPoints);
        }

        /** The same with learned zero points or without. */
        public Method withZeroPoints(boolean learned) {
            return new Method(optimizer, batch, accumulation, patience, learned);
        }
    }

    public TrainingSettings {
        if (epochs < 1 || threads < 1) {
            throw new IllegalArgumentException("epochs and threads are at least 1");
        }
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("training takes some time, not " + time);
        }
        if (learningRate.filter(rate -> !(rate > 0 && rate < 1)).isPresent()) {
            throw new IllegalArgumentException("a learning rate lies between 0 and 1, not " + learningRate);
        }
    }

    /** What FP32 answers to learn from, by {@link Method#USUAL}. */
    public TrainingSettings(
            int epochs,
            Duration time,
            Optional<Double> learningRate,
            long seed,
            int threads,
            Optional<Path> checkpoint) {
        this(epochs, time, learningRate, seed, threads, checkpoint, Supervision.DISTILLATION, Method.USUAL);
    }

    /** The same with something else to learn from. */
    public TrainingSettings withSupervision(Supervision other) {
        return new TrainingSettings(epochs, time, learningRate, seed, threads, checkpoint, other, method);
    }

    /** The same, learned in another way. */
    public TrainingSettings withMethod(Method other) {
        return new TrainingSettings(epochs, time, learningRate, seed, threads, checkpoint, supervision, other);
    }

    double rate() {
        return learningRate.orElse(method.optimizer().usualRate());
    }
}
