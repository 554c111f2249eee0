package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.prepare.ChannelNormal;

/**
 * A normal distribution whose values are clipped to an interval, as Relu and Relu6 clip what BatchNorm made. Nagel et al.
 * 2019, <em>Data-Free Quantization Through Weight Equalization and Bias Correction</em>, appendix C.
 *
 * @param normal before it is clipped
 * @param low the least value; may be negative infinity
 * @param high the greatest value; may be infinity
 */
record ClippedNormal(ChannelNormal normal, double low, double high) {

    /** The mean of the clipped values. */
    double mean() {
        double mean = normal.mean();
        double deviation = normal.deviation();
        if (deviation == 0) {
            return Math.max(low, Math.min(high, mean));
        }
        double below = (low - mean) / deviation;
        double above = (high - mean) / deviation;
        double inside = distribution(above) - distribution(below);
        return deviation * (density(below) - density(above))
                + mean * inside
                + part(low, distribution(below))
                + part(high, distribution(-above));
    }

    // No value is at infinity.
    private static double part(double end, double share) {
        return share == 0 ? 0 : end * share;
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /**
     * The share of a standard normal distribution below x: by the series around zero, and by Laplace's continued fraction in
     * the tails (Abramowitz and Stegun, 26.2.11 and 26.2.14).
     */
    static double distribution(double x) {
        double magnitude = Math.abs(x);
        if (magnitude > 38) {
            return x < 0 ? 0 : 1;
        }
        if (magnitude > 5) {
            double fraction = magnitude;
            for (int k = 60; k > 0; k--) {
                fraction = magnitude + k / fraction;
            }
            double tail = density(magnitude) / fraction;
            return x < 0 ? tail : 1 - tail;
        }
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-17; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + density(x) * sum;
    }
}
