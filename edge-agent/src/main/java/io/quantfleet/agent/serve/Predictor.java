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
     * What the model answers.
     *
     * @param outputs those that were asked for
     * @param labels index of the class it chose, for each sample of the request; empty if the scores are not floats
     * @param latency how long the inference took
     */
    record Prediction(List<Tensor> outputs, List<Integer> labels, Duration latency) {
        public Prediction {
            outputs = List.copyOf(outputs);
            labels = List.copyOf(labels);
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
