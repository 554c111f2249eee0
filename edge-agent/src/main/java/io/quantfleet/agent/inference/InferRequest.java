package io.quantfleet.agent.inference;

import io.quantfleet.agent.serve.Tensor;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A request that fits the model that serves.
 *
 * @param id the client's, or one that was made for it
 */
record InferRequest(String id, List<Tensor> inputs, List<WantedOutput> outputs) {
    /**
     * An output to give.
     *
     * @param binary as bytes after the JSON, instead of numbers in it
     */
    record WantedOutput(String name, boolean binary) {}

    InferRequest {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    Set<String> outputNames() {
        return outputs.stream().map(WantedOutput::name).collect(Collectors.toUnmodifiableSet());
    }
}
