package io.quantfleet.quantizer.search;

/** Tries to scale weights for the least squared error. */
record WeightStep(Workbench workbench) implements Step {

    @Override
    public Technique technique() {
        return Technique.WEIGHT_CLIPPING;
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        contest.challenge(
                technique().wireName(),
                workbench.make(
                        best.techniquesAnd(technique().wireName()),
                        best.findings(),
                        best.calibration(),
                        best.recipe().withWeightClipping(true)));
    }
}
