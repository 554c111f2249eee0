package io.quantfleet.agent.serve;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A loaded model with the samples that came with it, and their right answers: one for each sample, or for each known next token
 * of a language model's samples. Holds native memory until closed. For use by one thread at
 * a time.
 */
public interface Model extends AutoCloseable {
    /**
     * What the model chose.
     *
     * @param label the index of the class, or the token
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

    /** How many right answers the samples have, counted from 0. */
    default int answers() {
        return samples();
    }

    /** One of the right answers: the index of a class, or a token. */
    int label(int answer);

    /**
     * Runs the model on the sample that one of the right answers belongs to.
     *
     * @return what the model chose there
     * @throws ModelException if the runtime fails
     */
    Answer classify(int answer);

    /**
     * How a model did on all of a sample.
     *
     * @param right how many of its answers the model gave
     * @param answers how many there are
     */
    record Check(int right, int answers, long nanos) {}

    /**
     * Runs the model on a sample, and compares all that it chose.
     *
     * @throws ModelException if the runtime fails
     */
    default Check check(int sample) {
        Answer answer = classify(sample);
        return new Check(answer.label() == label(sample) ? 1 : 0, 1, answer.nanos());
    }

    /** Whether what it chooses are tokens, of which there are too many to be counted one by one. */
    default boolean choosesTokens() {
        return false;
    }

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
