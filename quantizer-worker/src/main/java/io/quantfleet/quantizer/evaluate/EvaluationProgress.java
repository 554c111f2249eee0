package io.quantfleet.quantizer.evaluate;

/** Hears how far an evaluation is, on the thread that asked for it. What it throws ends the evaluation. */
@FunctionalInterface
public interface EvaluationProgress {

    /**
     * Called a few times a second.
     *
     * @param fraction of the evaluation, 0 to 1
     */
    void at(double fraction);
}
