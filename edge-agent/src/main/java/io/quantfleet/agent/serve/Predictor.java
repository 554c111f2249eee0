package io.quantfleet.agent.serve;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A model that answers requests of other programs on the device. Safe for use by several threads, until it is closed. */
public interface Predictor {
    /** What the model takes. */
    List<TensorSpec> inputs();

    /** What the model gives. */
    List<TensorSpec> outputs();

    /** Names of the classes, in the order of their scores; empty if they have none. */
    List<String> labelNames();

    /**
     * The class that the model chose for a sample, or the token after its last one.
     *
     * @param label its index
     * @param confidence its score after softmax, 0 to 1
     */
    record Choice(int label, float confidence) {}

    /**
     * What the model answers.
     *
     * @param outputs those that were asked for
     * @param choices for each sample of the request; empty if the scores are not floats
     * @param latency how long the inference took
     */
    record Prediction(List<Tensor> outputs, List<Choice> choices, Duration latency) {
        public Prediction {
            outputs = List.copyOf(outputs);
            choices = List.copyOf(choices);
        }

        /** Index of the class chosen, for each sample. */
        public List<Integer> labels() {
            return choices.stream().map(Choice::label).toList();
        }
    }

    /**
     * Runs the model.
     *
     * @param inputs one tensor for each input, of its type and of a shape that it admits
     * @param wanted names of the outputs to give
     * @throws ModelException if the runtime fails
     */
    Prediction predict(List<Tensor> inputs, Set<String> wanted);
}
