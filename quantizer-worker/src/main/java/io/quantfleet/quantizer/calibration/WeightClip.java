package io.quantfleet.quantizer.calibration;

/**
 * The largest magnitude of each channel of a weight that its integers shall express, so that the squared error is least:
 * the full one, or one that cuts off a few large weights and renders all others finer. Weights are at hand, so their
 * error is computed rather than estimated. Stateless.
 */
public final class WeightClip {
    private static final double LEAST = 0.4;
    private static final int CANDIDATES = 31;

    private WeightClip() {}

    /**
     * Finds the magnitudes.
     *
     * @param values the weight's elements
     * @param channels how many channels have a scale of their own; 1 for one scale
     * @param stride how many elements lie between one place along the channels' axis and the next; all elements if there
     *     is one scale
     * @param greatest the greatest integer: 127 for 8 bits, 7 for 4
     * @return for each channel the magnitude that {@code greatest} stands for; 0 for a channel of zeros
     */
    public static float[] leastError(float[] values, int channels, int stride, int greatest) {
        float[] largest = new float[channels];
        for (int i = 0; i < values.length; i++) {
            int channel = i / stride % channels;
            largest[channel] = Math.max(largest[channel], Math.abs(values[i]));
        }
        float[] best = largest.clone();
        double[] least = errors(values, largest, stride, greatest);
        for (int i = 1; i < CANDIDATES; i++) {
            float[] limits = largest.clone();
            for (int channel = 0; channel < channels; channel++) {
                limits[channel] *= (float) (1 - (1 - LEAST) * i / (CANDIDATES - 1));
            }
            double[] errors = errors(values, limits, stride, greatest);
            for (int channel = 0; channel < channels; channel++) {
                if (errors[channel] < least[channel]) {
                    least[channel] = errors[channel];
                    best[channel] = limits[channel];
                }
            }
        }
        return best;
    }

    private static double[] errors(float[] values, float[] limits, int stride, int greatest) {
        double[] errors = new double[limits.length];
        for (int i = 0; i < values.length; i++) {
            int channel = i / stride % limits.length;
            double step = (double) limits[channel] / greatest;
            if (step > 0) {
                double nearest = Math.max(-greatest, Math.min(greatest, Math.rint(values[i] / step)));
                double error = values[i] - nearest * step;
                errors[channel] += error * error;
            }
        }
        return errors;
    }
}
