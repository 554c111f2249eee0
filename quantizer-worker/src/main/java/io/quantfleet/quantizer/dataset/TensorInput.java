package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.runtime.ElementType;
import java.util.List;
import java.util.function.Function;

/**
 * An input that is read from the array of the same name.
 *
 * @param name the graph's input and the array's name
 * @param type the type of its elements, in the graph and in the array
 * @param sampleShape the dimensions of one sample, without the batch
 */
public record TensorInput(String name, ElementType type, List<Integer> sampleShape) implements ModelInput {

    public TensorInput {
        sampleShape = List.copyOf(sampleShape);
    }

    @Override
    public <T> T match(Function<ImageInput, T> image, Function<TensorInput, T> tensor) {
        return tensor.apply(this);
    }
}
