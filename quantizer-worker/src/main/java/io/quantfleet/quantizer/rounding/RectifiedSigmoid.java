package io.quantfleet.quantizer.rounding;

/**
 * How far weights are rounded up, and what keeps them from stopping half way: Nagel et al. 2020, <em>Up or Down? Adaptive
 * Rounding for Post-Training Quantization</em>, section 3.2, equations 23 and 24. h(V) = clip(σ(V)·(ζ − γ) + γ, 0, 1), and the
 * regulariser 1 − |2h − 1|^β.
 */
public final class RectifiedSigmoid {
    /** ζ. */
    public static final double ZETA = 1.1;
    /** γ. */
    public static final double GAMMA = -0.1;

    private RectifiedSigmoid() {}

    /** σ(V). */
    static double sigmoid(double v) {
        return 1 / (1 + Math.exp(-v));
    }

    /** h(V) of σ(V): 0 where the weight is rounded down, 1 where it is rounded up. */
    static double of(double sigmoid) {
        return Math.max(0, Math.min(1, sigmoid * (ZETA - GAMMA) + GAMMA));
    }

    /** The derivative of h by V, of σ(V); 0 where h is cut off. */
    static double slope(double sigmoid) {
        double h = sigmoid * (ZETA - GAMMA) + GAMMA;
        return h <= 0 || h >= 1 ? 0 : sigmoid * (1 - sigmoid) * (ZETA - GAMMA);
    }

    /** The V for which h(V) is a fraction strictly between 0 and 1, or as close as V can be moved from again. */
    public static double inverse(double fraction) {
        double sigmoid = (Math.max(1e-4, Math.min(1 - 1e-4, fraction)) - GAMMA) / (ZETA - GAMMA);
        return -Math.log(1 / sigmoid - 1);
    }

    /** What an h costs that is neither 0 nor 1. */
    static double cost(double h, int beta) {
        return 1 - power(Math.abs(2 * h - 1), beta);
    }

    /** The derivative of {@link #cost} by h. */
    static double costSlope(double h, int beta) {
        double distance = 2 * h - 1;
        return -2 * beta * power(Math.abs(distance), beta - 1) * Math.signum(distance);
    }

    // Whole exponents: Math.pow would take most of the time of all learning.
    private static double power(double base, int exponent) {
        double result = 1;
        double square = base;
        for (int rest = exponent; rest > 0; rest >>= 1) {
            if ((rest & 1) == 1) {
                result *= square;
            }
            square *= square;
        }
        return result;
    }
}
