package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.quantize.Recipe;
import java.util.List;
import java.util.function.UnaryOperator;

/** Tries another way to store weights or biases. */
record WeightStep(Workbench workbench, Technique technique, UnaryOperator<Recipe> change) implements Step {

    static List<Step> all(Workbench workbench) {
        return List.of(
                new WeightStep(workbench, Technique.BIAS_CORRECTION, recipe -> recipe.withBiasCorrection(true)),
                new WeightStep(workbench, Technique.WEIGHT_CLIPPING, recipe -> recipe.withWeightClipping(true)));
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        contest.challenge(
                technique.wireName(),
                workbench.make(
                        best.techniquesAnd(technique.wireName()),
                        best.findings(),
                        best.calibration(),
                        change.apply(best.recipe())));
    }
}
