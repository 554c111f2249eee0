package io.quantfleet.quantizer.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How far a variant of a language model may be from the original.
 *
 * @param maxIncreasePercent by how many per cent its perplexity may be above the original's
 * @param maxDivergence how far its distribution over the next token may be from the original's, in nats on average; empty
 *     for no condition
 */
public record LikelihoodBudget(double maxIncreasePercent, Optional<Double> maxDivergence) {
    private static final double USUAL_INCREASE = 3;
    // An increase of exactly the budget is within it, whatever binary fractions make of it.
    private static final double ROUNDING = 1e-9;

    public LikelihoodBudget {
        if (!(maxIncreasePercent >= 0)) {
            throw new IllegalArgumentException(
                    "a perplexity may rise by 0 per cent or more, not by " + maxIncreasePercent);
        }
        if (maxDivergence.filter(nats -> !(nats >= 0)).isPresent()) {
            throw new IllegalArgumentException("a divergence is 0 or more, not " + maxDivergence);
        }
    }

    /** Three per cent of perplexity. */
    public static LikelihoodBudget usual() {
        return new LikelihoodBudget(USUAL_INCREASE, Optional.empty());
    }

    /** Whether a variant keeps to it. */
    public boolean metBy(Likelihood measured) {
        return reasons(measured).isEmpty();
    }

    /** What speaks against a variant. */
    List<String> reasons(Likelihood measured) {
        List<String> reasons = new ArrayList<>();
        if (!(measured.increasePercent() <= maxIncreasePercent + ROUNDING)) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "perplexity rises by %.2f %%, from %.4f to %.4f; the budget is %.2f %%",
                    measured.increasePercent(),
                    measured.fp32Perplexity(),
                    measured.perplexity(),
                    maxIncreasePercent));
        }
        if (!(measured.divergence() <= maxDivergence.orElse(Double.POSITIVE_INFINITY) + ROUNDING)) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "its distribution over the next token diverges by %.5f nats; the budget is %.5f",
                    measured.divergence(),
                    maxDivergence.orElse(0.0)));
        }
        return reasons;
    }
}
