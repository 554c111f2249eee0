package io.quantfleet.agent.serve;

import java.nio.FloatBuffer;

/** What a model's scores for one sample say. */
record Scores(int label, float confidence) {
    private static final double SUM_TOLERANCE = 1e-3;

    /**
     * Reads the scores of one sample.
     *
     * @param values one score for each class, from {@code offset} on: logits, or probabilities, which add up to one
     * @param classes how many, at least one
     */
    static Scores read(FloatBuffer values, int offset, int classes) {
        int best = best(values, offset, classes);
        float smallest = values.get(offset);
        double sum = 0;
        for (int label = 0; label < classes; label++) {
            float score = values.get(offset + label);
            sum += score;
            smallest = Math.min(smallest, score);
        }
        float largest = values.get(offset + best);
        boolean probabilities = smallest >= 0 && Math.abs(sum - 1) < SUM_TOLERANCE;
        return new Scores(best, probabilities ? Math.min(1, largest) : softmax(values, offset, classes, largest));
    }

    /** Which of these scores is the largest; of equal ones the first. */
    static int best(FloatBuffer values, int offset, int classes) {
        int best = 0;
        for (int label = 1; label < classes; label++) {
            if (values.get(offset + label) > values.get(offset + best)) {
                best = label;
            }
        }
        return best;
    }

    /** Of the largest, which is taken off all of them first so that nothing overflows. */
    private static float softmax(FloatBuffer values, int offset, int classes, float largest) {
        double sum = 0;
        for (int label = 0; label < classes; label++) {
            sum += Math.exp(values.get(offset + label) - largest);
        }
        return (float) (1 / sum);
    }
}
