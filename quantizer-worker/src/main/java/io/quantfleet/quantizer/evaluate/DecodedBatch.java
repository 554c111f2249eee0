package io.quantfleet.quantizer.evaluate;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Consecutive samples, ready to be fed.
 *
 * @param first the first sample's number
 * @param count how many
 * @param inputs per input of the model, the samples one after another
 */
record DecodedBatch(int first, int count, Map<String, ByteBuffer> inputs) {

    /** Some of an input's samples; {@code from} counts within this batch. */
    ByteBuffer slice(String input, int from, int samples) {
        ByteBuffer data = inputs.get(input);
        if (data == null) {
            throw new IllegalArgumentException("no input " + input + ", only " + inputs.keySet());
        }
        int sampleBytes = data.capacity() / count;
        return data.slice(from * sampleBytes, samples * sampleBytes);
    }
}
