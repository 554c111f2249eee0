package io.quantfleet.quantizer.evaluate;

/** Parts of evaluations for tests of other packages. */
public final class EvaluationSamples {
    private EvaluationSamples() {}

    public static Predictions predictions(int... classes) {
        return new Predictions(classes);
    }
}
