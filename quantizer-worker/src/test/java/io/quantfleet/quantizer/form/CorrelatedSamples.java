package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.dataset.SampleSource;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Samples whose elements depend on each other and differ in size, as activations do: each is a fixed mix of a few hidden
 * numbers and a little of its own.
 *
 * @param size how many
 * @param elements elements of one sample
 * @param hidden how many numbers are mixed
 * @param outliers how many elements are twenty times as large
 */
record CorrelatedSamples(int size, int elements, int hidden, int outliers) implements SampleSource {
    private static final float LARGE = 20;

    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        Random mix = new Random(5);
        Random random = new Random(sample * 17L + 3);
        double[] causes = random.doubles(hidden, -2, 2).toArray();
        for (int i = 0; i < elements; i++) {
            double value = 0.1 * random.nextGaussian();
            for (double cause : causes) {
                value += cause * mix.nextGaussian();
            }
            target.putFloat((float) value * (i % elements < outliers ? LARGE : 1));
        }
    }
}
