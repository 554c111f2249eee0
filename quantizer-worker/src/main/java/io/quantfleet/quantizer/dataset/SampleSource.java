package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.runtime.InputFiller;
import java.nio.ByteBuffer;

/**
 * Numbered samples, each giving one tensor per input of a model. What calibration and evaluation stream over: a sample
 * is made when it is asked for, so that memory does not depend on how many there are.
 *
 * <p>Several threads may fill at once, each its own buffer.
 */
public interface SampleSource extends InputFiller {

    /** How many samples there are, at least one. */
    int size();

    /**
     * Appends the elements of one sample, without its batch axis, to {@code target} in native byte order.
     *
     * @param sample from 0 to {@link #size()} - 1
     * @param inputName the name of one of the model's inputs
     * @param target positioned where the sample belongs; its position moves by exactly one sample's bytes
     * @throws io.quantfleet.quantizer.QuantizerException if the sample can't be read or does not fit the input
     */
    @Override
    void fill(int sample, String inputName, ByteBuffer target);
}
