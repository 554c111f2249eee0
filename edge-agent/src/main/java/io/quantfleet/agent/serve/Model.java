package io.quantfleet.agent.serve;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A loaded model with the labelled samples that came with it. Holds native memory until closed. For use by one thread at
 * a time.
 */
public interface Model extends AutoCloseable {
    /**
     * The model's answer to one sample.
     *
     * @param label the index of the class it chose
     * @param nanos how long the inference took, without filling its input
     * @param confidence the score of that class after softmax, 0 to 1; NaN if it is not known
     */
    record Answer(int label, long nanos, float confidence) {
        /** An answer of a model that gives no scores. */
        public Answer(int label, long nanos) {
            this(label, nanos, Float.NaN);
        }
    }

    /** How many samples there are; at least one. */
    int samples();

    /** The right answer to a sample, counted from 0. */
    int label(int sample);

    /**
     * Runs the model on a sample.
     *
     * @throws ModelException if the runtime fails
     */
    Answer classify(int sample);

    /** What answers requests of other programs on the device, until this model is closed; empty if it answers none. */
    default Optional<Predictor> predictor() {
        return Optional.empty();
    }

    /** What executes it, for example {@code cpu}; why it isn't what was asked for follows in brackets. Empty if unknown. */
    default String executionProvider() {
        return "";
    }

    /** Memory that the process took for loading and running it, in bytes; empty if that can't be told. */
    default OptionalLong memoryBytes() {
        return OptionalLong.empty();
    }

    @Override
    void close();
}
