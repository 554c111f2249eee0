package io.quantfleet.quantizer.form;

import java.nio.FloatBuffer;

/**
 * What calibration samples show of a tensor that layers multiply with a matrix: the sum of xxᵀ over the rows x of a sample,
 * on average over samples, which is half the Hessian of the squared error of every output (GPTQ, § 3); and the same of |x|,
 * by channel. For use by one thread while it grows.
 */
final class InputStatistics {
    private final int channels;
    private final float[] products;
    private final float[] magnitudes;
    private long samples;

    InputStatistics(int channels) {
        this.channels = channels;
        this.products = new float[Math.multiplyExact(channels, channels)];
        this.magnitudes = new float[channels];
    }

    /**
     * Adds samples.
     *
     * @param count how many
     * @param sumOfProducts of all their rows, row-major
     * @param sumOfMagnitudes of all their rows, by channel
     */
    void add(long count, FloatBuffer sumOfProducts, FloatBuffer sumOfMagnitudes) {
        long all = samples + count;
        float kept = (float) ((double) samples / all);
        float share = (float) (1.0 / all);
        mix(products, kept, sumOfProducts, share);
        mix(magnitudes, kept, sumOfMagnitudes, share);
        samples = all;
    }

    private static void mix(float[] mean, float kept, FloatBuffer sum, float share) {
        for (int i = 0; i < mean.length; i++) {
            mean[i] = kept * mean[i] + share * sum.get(i);
        }
    }

    int channels() {
        return channels;
    }

    /** That of xxᵀ, row-major. Not a copy. */
    float[] products() {
        return products;
    }

    /** That of |x|, by channel. Not a copy. */
    float[] magnitudes() {
        return magnitudes;
    }

    /** The sum of the squares of x·d: the error of an output whose column is off by {@code d}. */
    double squaredError(float[] d) {
        float[] product = new float[channels];
        for (int i = 0; i < channels; i++) {
            float weight = d[i];
            int row = i * channels;
            for (int j = 0; weight != 0 && j < channels; j++) {
                product[j] += weight * products[row + j];
            }
        }
        double sum = 0;
        for (int i = 0; i < channels; i++) {
            sum += (double) product[i] * d[i];
        }
        return Math.max(0, sum);
    }
}
