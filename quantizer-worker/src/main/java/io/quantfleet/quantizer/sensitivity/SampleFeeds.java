package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.ModelInput;
import io.quantfleet.quantizer.runtime.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a model's inputs of consecutive samples. */
public record SampleFeeds(ModelDescription description, LabelledSamples samples) {

    /**
     * The inputs.
     *
     * @param rows how many samples the model takes at once; where that is more than there are, the last is repeated
     */
    public Map<String, HostTensor> of(int first, int rows) {
        Map<String, HostTensor> feeds = new LinkedHashMap<>();
        for (ModelInput input : description.inputs()) {
            List<Long> shape = new ArrayList<>(List.of((long) rows));
            input.sampleShape().forEach(dimension -> shape.add((long) dimension));
            HostTensor tensor = HostTensor.allocate(input.type(), shape);
            for (int row = 0; row < rows; row++) {
                samples.fill(Math.min(first + row, samples.size() - 1), input.name(), tensor.data());
            }
            tensor.data().rewind();
            feeds.put(input.name(), tensor);
        }
        return feeds;
    }
}
