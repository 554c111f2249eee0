package io.quantfleet.controlplane.telemetry;

import java.util.Optional;

/**
 * How many of some answers were right.
 *
 * @param share 0 to 1; absent where there were none
 * @param low lower end of its 95 % confidence interval
 * @param high upper end
 */
public record Share(long right, long wrong, Optional<Double> share, Optional<Double> low, Optional<Double> high) {
    /** Two-sided 95 % of the normal distribution. */
    private static final double Z = 1.959963984540054;

    /**
     * With Wilson's score interval, which holds for shares near 0 and 1 and for few answers: E. B. Wilson, Probable
     * Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927).
     */
    public static Share of(long right, long wrong) {
        long n = right + wrong;
        if (n == 0) {
            return new Share(0, 0, Optional.empty(), Optional.empty(), Optional.empty());
        }
        double p = (double) right / n;
        double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
        double half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));
        return new Share(
                right,
                wrong,
                Optional.of(p),
                Optional.of(Math.max(0, middle - half)),
                Optional.of(Math.min(1, middle + half)));
    }
}
