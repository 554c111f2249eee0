package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.quantize.AnalyticMeans;
import io.quantfleet.quantizer.quantize.BiasMeans;

/**
 * Tries biases that make up for the mean error of rounded weights: with means from calibration samples, and, where BatchNorm's
 * statistics are known, with means that follow from those. Each is a trial of its own, so that the report credits the one that
 * won.
 */
record BiasCorrectionStep(Workbench workbench) implements Step {
    private static final String ANALYTIC = "analytic-bias-correction";

    @Override
    public Technique technique() {
        return Technique.BIAS_CORRECTION;
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        challenge(contest, best, technique().wireName(), BiasMeans.SAMPLED);
        if (!AnalyticMeans.of(best.calibration().prepared()).isEmpty()) {
            challenge(contest, best, ANALYTIC, BiasMeans.ANALYTIC);
        }
    }

    private void challenge(Contest contest, Candidate best, String name, BiasMeans means) {
        contest.challenge(
                name,
                workbench.make(
                        best.techniquesAnd(name),
                        best.findings(),
                        best.calibration(),
                        best.recipe().withBiasCorrection(means)));
    }
}
