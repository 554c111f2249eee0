package io.quantfleet.controlplane.telemetry;

/**
 * What windows counted.
 *
 * @param windows how many went in
 * @param inferences that succeeded
 * @param right of the inferences on the probe set
 * @param errors inferences that failed
 * @param requests of the inferences, those that programs on the devices asked for
 * @param feedbackRight of the requests, those whose true label came and that were answered rightly
 */
record Counts(
        long windows,
        long inferences,
        long right,
        long wrong,
        long errors,
        long requests,
        long feedbackRight,
        long feedbackWrong) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0);

    Counts {
        if (windows < 0
                || inferences < 0
                || right < 0
                || wrong < 0
                || errors < 0
                || requests < 0
                || feedbackRight < 0
                || feedbackWrong < 0) {
            throw new IllegalArgumentException("a count is negative or above 2^63");
        }
    }

    Counts plus(Counts other) {
        return new Counts(
                windows + other.windows,
                inferences + other.inferences,
                right + other.right,
                wrong + other.wrong,
                errors + other.errors,
                requests + other.requests,
                feedbackRight + other.feedbackRight,
                feedbackWrong + other.feedbackWrong);
    }
}
