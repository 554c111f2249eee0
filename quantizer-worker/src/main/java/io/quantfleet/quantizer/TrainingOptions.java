package io.quantfleet.quantizer;

import io.quantfleet.quantizer.train.TrainingSettings.Method;
import java.time.Duration;
import java.util.Optional;

/**
 * How a variant is trained, where that is done at all. Immutable. What is not said is left to the training.
 *
 * @param epochs how often the training samples are seen, at most
 * @param time what it may take
 * @param learningRate how far a weight moves in a step, about, at first
 * @param distillation whether {@link QuantizationOptions.Method#AUTO} may train without training samples: on those for
 *     calibration, towards what FP32 answers
 * @param method how it learns
 */
public record TrainingOptions(
        int epochs, Duration time, Optional<Double> learningRate, boolean distillation, Method method) {
    private static final int MOST_EPOCHS = 1000;
    private static final Duration MOST_TIME = Duration.ofDays(7);

    /** Eight epochs, half an hour, and training samples only. */
    public static final TrainingOptions USUAL =
            new TrainingOptions(8, Duration.ofMinutes(30), Optional.empty(), false, Method.USUAL);

    public TrainingOptions {
        if (epochs < 1 || epochs > MOST_EPOCHS) {
            throw new IllegalArgumentException("training takes 1 to " + MOST_EPOCHS + " epochs, not " + epochs);
        }
        if (time.compareTo(Duration.ofMinutes(1)) < 0 || time.compareTo(MOST_TIME) > 0) {
            throw new IllegalArgumentException("training takes 1 minute to 7 days, not " + minutes(time));
        }
        if (learningRate.filter(rate -> !(rate > 0 && rate < 1)).isPresent()) {
            throw new IllegalArgumentException(
                    "a learning rate lies between 0 and 1, not " + learningRate.orElseThrow());
        }
    }

    private static String minutes(Duration time) {
        long minutes = time.toMinutes();
        return Duration.ofMinutes(minutes).equals(time) ? minutes + " minutes" : time.toMillis() + " ms";
    }

    /** The same with other epochs. */
    public TrainingOptions withEpochs(int other) {
        return new TrainingOptions(other, time, learningRate, distillation, method);
    }

    /** The same with another limit of time. */
    public TrainingOptions withTime(Duration other) {
        return new TrainingOptions(epochs, other, learningRate, distillation, method);
    }

    /** The same with a learning rate. */
    public TrainingOptions withLearningRate(double rate) {
        return new TrainingOptions(epochs, time, Optional.of(rate), distillation, method);
    }

    /** The same with distillation allowed to {@link QuantizationOptions.Method#AUTO} or not. */
    public TrainingOptions withDistillation(boolean allowed) {
        return new TrainingOptions(epochs, time, learningRate, allowed, method);
    }

    /** The same, learned in another way. */
    public TrainingOptions withMethod(Method other) {
        return new TrainingOptions(epochs, time, learningRate, distillation, other);
    }
}
