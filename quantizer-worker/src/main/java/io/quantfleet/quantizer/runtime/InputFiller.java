package io.quantfleet.quantizer.runtime;

import java.nio.ByteBuffer;

/** Makes the inputs of numbered samples, one after another, where a model will read them. */
@FunctionalInterface
public interface InputFiller {

    /**
     * Appends the elements of one sample, without its batch axis, to {@code target} in native byte order.
     *
     * @param sample the sample's number
     * @param inputName the name of one of the model's inputs
     * @param target positioned where the sample belongs; its position moves by exactly one sample's bytes
     * @throws io.quantfleet.quantizer.QuantizerException if the sample can't be read or does not fit the input
     */
    void fill(int sample, String inputName, ByteBuffer target);
}
