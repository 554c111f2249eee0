package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.evaluate.LikelihoodBudget;
import java.util.Optional;

/**
 * How accurate a variant must be.
 *
 * @param maxLossPoints what it may lose against FP32, in percentage points of accuracy
 * @param likelihood how far a language model may be from FP32; then points of accuracy don't matter
 * @param minAgreement the fraction of samples for which it must choose what FP32 chooses; empty where that is no
 *     condition
 */
public record AccuracyGoal(double maxLossPoints, LikelihoodBudget likelihood, Optional<Double> minAgreement) {
    /** What is aimed at as long as it costs nothing at run time, because it is steadier than accuracy on few samples. */
    static final double AIMED_AGREEMENT = 0.995;

    /** The same for closeness: where one label outweighs all others, agreement says little. */
    static final double AIMED_CLOSENESS_DB = 30;

    private static final double ROUNDING = 1e-9;

    /** For models that are no language models. */
    public AccuracyGoal(double maxLossPoints, Optional<Double> minAgreement) {
        this(maxLossPoints, LikelihoodBudget.usual(), minAgreement);
    }

    public AccuracyGoal {
        if (!(maxLossPoints >= 0 && maxLossPoints <= 100)) {
            throw new IllegalArgumentException("a budget is 0 to 100 points, not " + maxLossPoints);
        }
        if (minAgreement.filter(share -> !(share >= 0 && share <= 1)).isPresent()) {
            throw new IllegalArgumentException("an agreement is 0 to 1, not " + minAgreement.orElseThrow());
        }
    }

    /** Whether the conditions are met. */
    boolean metBy(Accuracy accuracy) {
        return accuracy.likelihood().map(likelihood::metBy).orElse(accuracy.lossPoints() <= maxLossPoints + ROUNDING)
                && accuracy.agreement() >= minAgreement.orElse(0.0) - ROUNDING;
    }

    /** Whether there is nothing left to wish for. */
    boolean surpassedBy(Accuracy accuracy, Fidelity heldOut) {
        double aim = Math.max(AIMED_AGREEMENT, minAgreement.orElse(0.0));
        return metBy(accuracy)
                && accuracy.agreement() >= aim
                && heldOut.agreement() >= aim
                && heldOut.closenessDb() >= AIMED_CLOSENESS_DB;
    }
}
