package io.quantfleet.quantizer.dataset;

import java.nio.ByteBuffer;

/**
 * A data set whose samples have a right answer. Samples stand in a fixed order that depends only on names and content,
 * so that the same files give the same result everywhere. Safe for use by several threads.
 */
public interface LabelledSamples extends SampleSource, AutoCloseable {
    /** What stands for a place without a right answer. */
    int NO_TARGET = -1;

    /** What {@link #label} is of a sample of which nobody knows the right class. */
    int UNKNOWN = -1;

    /**
     * The right class of a sample: an index into the description's labels; {@link #UNKNOWN} for all samples of a set that has
     * no labels, which is good for training only.
     */
    int label(int sample);

    /**
     * The right answers of a sample, one for each place of the output that holds scores: {@link #label} alone, or for a
     * language model the next token, and {@link #NO_TARGET} where there is none.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if the sample can't be read
     */
    default int[] targets(int sample) {
        return new int[] {label(sample)};
    }

    /** What messages call a sample: its path in the data set, or its number. */
    String name(int sample);

    /**
     * One sample in the smallest form from which an input can be filled: for an image its pixels after resizing, one
     * byte each by height, width and channel; for a tensor its elements, little-endian.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if the sample can't be read
     */
    byte[] compact(int sample, String inputName);

    /**
     * {@inheritDoc}
     *
     * <p>Several threads may fill at once, each its own buffer.
     */
    @Override
    void fill(int sample, String inputName, ByteBuffer target);

    /** Releases files; samples can't be read any more. */
    @Override
    void close();
}
