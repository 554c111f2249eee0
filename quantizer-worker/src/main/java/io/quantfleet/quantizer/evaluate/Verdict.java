package io.quantfleet.quantizer.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a variant may go to devices.
 *
 * @param ready whether it may
 * @param reasons why not; empty if it may
 */
public record Verdict(boolean ready, List<String> reasons) {
    // A loss of exactly the budget is within it, whatever binary fractions make of it.
    private static final double ROUNDING = 1e-9;

    public Verdict {
        reasons = List.copyOf(reasons);
        if (ready != reasons.isEmpty()) {
            throw new IllegalArgumentException("a variant is ready exactly if nothing speaks against it: " + reasons);
        }
    }

    /**
     * Judges a variant.
     *
     * @param maxLossPoints what it may lose against FP32, in percentage points of accuracy
     * @param likelihood how far a language model may be from FP32; then points of accuracy don't matter
     * @param minAgreement the fraction of samples for which it must choose what FP32 chooses, if that is a condition
     */
    public static Verdict of(
            Evaluation evaluation, double maxLossPoints, LikelihoodBudget likelihood, Optional<Double> minAgreement) {
        List<String> reasons = new ArrayList<>();
        Accuracy accuracy = evaluation.accuracy();
        accuracy.likelihood().map(likelihood::reasons).ifPresent(reasons::addAll);
        if (accuracy.likelihood().isEmpty() && accuracy.lossPoints() > maxLossPoints + ROUNDING) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "accuracy falls by %.2f points, from %.2f %% to %.2f %% of %d samples; the budget is %.2f points",
                    accuracy.lossPoints(),
                    accuracy.fp32() * 100,
                    accuracy.variant() * 100,
                    accuracy.samples(),
                    maxLossPoints));
        }
        if (accuracy.agreement() < minAgreement.orElse(0.0) - ROUNDING) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "it chooses what FP32 chooses for %.2f %% of %d samples; %.2f %% are asked for",
                    accuracy.agreement() * 100,
                    accuracy.samples(),
                    minAgreement.orElse(0.0) * 100));
        }
        if (evaluation.unusable() > 0) {
            reasons.add(
                    "the output is not finite for " + evaluation.unusable() + " of " + accuracy.samples() + " samples");
        }
        return new Verdict(reasons.isEmpty(), reasons);
    }

    /** As reports spell it. */
    public String name() {
        return ready ? "READY" : "REJECTED";
    }
}
