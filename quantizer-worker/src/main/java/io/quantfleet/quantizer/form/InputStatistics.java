package io.quantfleet.quantizer.form;

import java.nio.FloatBuffer;
import java.util.List;

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
        return squaredErrors(List.of(d))[0];
    }

    /** That of each output. A row of the moments serves all of them while it is in the processor's cache. */
    double[] squaredErrors(List<float[]> columns) {
        float[][] sums = new float[columns.size()][channels];
        for (int i = 0; i < channels; i++) {
            for (int column = 0; column < sums.length; column++) {
                addRow(i, columns.get(column)[i], sums[column]);
            }
        }
        double[] errors = new double[sums.length];
        for (int column = 0; column < sums.length; column++) {
            float[] d = columns.get(column);
            double sum = 0;
            for (int i = 0; i < channels; i++) {
                sum += (double) sums[column][i] * d[i];
            }
            errors[column] = Math.max(0, sum);
        }
        return errors;
    }

    private void addRow(int i, float weight, float[] sum) {
        int row = i * channels;
        for (int j = 0; weight != 0 && j < channels; j++) {
            sum[j] += weight * products[row + j];
        }
    }
}
