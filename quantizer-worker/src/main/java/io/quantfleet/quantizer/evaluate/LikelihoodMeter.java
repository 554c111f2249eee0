package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.dataset.LabelledSamples;

/** Sums up what two language models make of the same tokens. For use by one thread. */
final class LikelihoodMeter {
    private double fp32;
    private double variant;
    private double divergence;
    private long tokens;

    /**
     * Adds one place of a sample.
     *
     * @param target the token that comes next, or {@link LabelledSamples#NO_TARGET}: then nothing is added
     * @param offset where the place's scores begin
     * @param width tokens in the vocabulary
     */
    void add(int target, float[] expected, float[] actual, int offset, int width) {
        if (target == LabelledSamples.NO_TARGET) {
            return;
        }
        double expectedNorm = logSum(expected, offset, width);
        double actualNorm = logSum(actual, offset, width);
        fp32 += expectedNorm - expected[offset + target];
        variant += actualNorm - actual[offset + target];
        double apart = 0;
        for (int i = offset; i < offset + width; i++) {
            double log = expected[i] - expectedNorm;
            apart += Math.exp(log) * (log - (actual[i] - actualNorm));
        }
        divergence += Double.isNaN(apart) ? Double.POSITIVE_INFINITY : Math.max(0, apart);
        tokens++;
    }

    private static double logSum(float[] scores, int offset, int width) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = offset; i < offset + width; i++) {
            greatest = Math.max(greatest, scores[i]);
        }
        double sum = 0;
        for (int i = offset; i < offset + width; i++) {
            sum += Math.exp(scores[i] - greatest);
        }
        return greatest + Math.log(sum);
    }

    /** Of what was added: at least one token. */
    Likelihood likelihood() {
        double perplexity = Math.exp(variant / tokens);
        return new Likelihood(
                Math.exp(fp32 / tokens),
                Double.isNaN(perplexity) ? Double.POSITIVE_INFINITY : perplexity,
                divergence / tokens);
    }
}
