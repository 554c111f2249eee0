package io.quantfleet.quantizer.evaluate;

import java.util.Optional;

/**
 * How often two models are right, and how often they agree, on the same samples. All but the count are fractions from
 * 0 to 1.
 *
 * @param fp32 samples for which the original is right
 * @param variant samples for which the variant is right
 * @param agreement samples for which both give the same class, right or wrong
 * @param samples how many there were: for a language model, how many tokens
 * @param likelihood what a language model makes of the tokens; empty for any other
 */
public record Accuracy(double fp32, double variant, double agreement, int samples, Optional<Likelihood> likelihood) {

    /** That of a model that is no language model. */
    public Accuracy(double fp32, double variant, double agreement, int samples) {
        this(fp32, variant, agreement, samples, Optional.empty());
    }

    public Accuracy {
        if (!isFraction(fp32) || !isFraction(variant) || !isFraction(agreement) || samples < 1) {
            throw new IllegalArgumentException("accuracies are fractions of at least one sample");
        }
    }

    private static boolean isFraction(double value) {
        return value >= 0 && value <= 1;
    }

    /** What the variant loses against the original, in percentage points; negative where it gains. */
    public double lossPoints() {
        return (fp32 - variant) * 100;
    }
}
