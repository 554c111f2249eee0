package io.quantfleet.controlplane.gate;

import java.util.function.DoublePredicate;
import org.apache.commons.numbers.gamma.LogBeta;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/**
 * A sequential test on which side of a bound a share lies, that stays honest however often one looks and whenever one
 * stops: the chance that it ever speaks against the truth is at most the risk.
 *
 * <p>The evidence against "the share is {@code bound} or more" is the likelihood ratio of smaller shares, mixed with a
 * Beta density that is cut off at the bound, to the bound itself. Under the hypothesis it is a supermartingale that
 * starts at one, so by Ville's inequality it exceeds 1 / risk at any time with no more chance than the risk. The method
 * of mixtures is that of Robbins, <i>Statistical Methods Related to the Law of the Iterated Logarithm</i> (1970);
 * for looking at any time see Howard et al., <i>Time-uniform, nonparametric, nonasymptotic confidence sequences</i>
 * (2021), section 2. Only the counts matter, never their order, so counts from many devices may be summed.
 *
 * @param bound the share to hold the counts against, above 0 and below 1
 * @param risk the chance of a wrong verdict that is accepted, above 0 and below 1
 */
record SequentialShareTest(double bound, double risk) {
    /** How many observations the mixture's centre is worth: differences of a few points are found soonest. */
    private static final double PRIOR_WEIGHT = 100;

    private static final int BISECTIONS = 40;

    SequentialShareTest {
        if (!(bound > 0 && bound < 1) || !(risk > 0 && risk < 1)) {
            throw new IllegalArgumentException("a bound and a risk lie between 0 and 1: " + bound + ", " + risk);
        }
    }

    /** Whether the counts show, at this risk, that the true share is below the bound. */
    boolean showsBelow(long hits, long misses) {
        return logEvidenceBelow(hits, misses) >= -Math.log(risk);
    }

    /** Whether the counts show, at this risk, that the true share is above the bound. */
    boolean showsAbove(long hits, long misses) {
        return new SequentialShareTest(1 - bound, risk).showsBelow(/* hits= */ misses, /* misses= */ hits);
    }

    /**
     * The bounds between which the share lies at this risk, whenever one looks: all bounds that the counts do not
     * speak against, each side at the whole risk.
     */
    static Interval interval(double risk, long hits, long misses) {
        double below = least(bound -> !new SequentialShareTest(bound, risk).showsAbove(hits, misses));
        double above = least(bound -> new SequentialShareTest(bound, risk).showsBelow(hits, misses));
        return new Interval(below, above);
    }

    /** A lower and an upper bound, 0 to 1. */
    record Interval(double lower, double upper) {}

    // The least bound for which a condition holds that holds for every greater one.
    private static double least(DoublePredicate condition) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (condition.test(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** The natural logarithm of the evidence against "the share is the bound or more"; 0 without observations. */
    double logEvidenceBelow(long hits, long misses) {
        if (hits < 0 || misses < 0) {
            throw new IllegalArgumentException("counts are not negative: " + hits + ", " + misses);
        }
        double a = PRIOR_WEIGHT * bound;
        double b = PRIOR_WEIGHT * (1 - bound);
        double mixed = logCutBeta(a + hits, b + misses) - logCutBeta(a, b);
        return mixed - hits * Math.log(bound) - misses * Math.log1p(-bound);
    }

    // The logarithm of the Beta integral from 0 to the bound.
    private double logCutBeta(double a, double b) {
        return Math.log(RegularizedBeta.value(bound, a, b)) + LogBeta.value(a, b);
    }
}
