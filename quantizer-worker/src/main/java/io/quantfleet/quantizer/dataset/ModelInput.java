package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.runtime.ElementType;
import java.util.List;
import java.util.function.Function;

/** One input of a model, as its description tells it: made from images, or read from arrays. */
public sealed interface ModelInput permits ImageInput, TensorInput {

    /** The name of the graph's input. */
    String name();

    /** The type of its elements. */
    ElementType type();

    /** The dimensions of one sample, without the batch. */
    List<Integer> sampleShape();

    /** Calls the function for this kind of input. */
    <T> T match(Function<ImageInput, T> image, Function<TensorInput, T> tensor);

    /** How many bytes one sample takes in the model's input. */
    default long sampleBytes() {
        return sampleShape().stream().mapToLong(Integer::longValue).reduce(type().bytes(), Math::multiplyExact);
    }
}
