package io.quantfleet.quantizer.onnx;

import io.quantfleet.quantizer.dataset.SampleSource;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Normally distributed samples for models with one input, the same for the same number.
 *
 * @param size how many
 * @param elements elements of one sample
 */
public record GaussianSamples(int size, int elements) implements SampleSource {
    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        Random random = new Random(sample * 31L + 1);
        for (int i = 0; i < elements; i++) {
            target.putFloat((float) random.nextGaussian());
        }
    }
}
