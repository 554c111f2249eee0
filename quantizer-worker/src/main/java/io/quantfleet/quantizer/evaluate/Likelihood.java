package io.quantfleet.quantizer.evaluate;

/**
 * What two language models make of the same text.
 *
 * @param fp32Perplexity of the original: the exponential of the mean negative log-likelihood of a token, in nats
 * @param perplexity of the variant; infinite where its scores are not finite
 * @param divergence Kullback and Leibler's divergence of the variant's distribution over the next token from the original's,
 *     in nats, on average; infinite where its scores are not finite
 */
public record Likelihood(double fp32Perplexity, double perplexity, double divergence) {
    private static final double PERCENT = 100;

    /** By how many per cent the variant's perplexity is above the original's; negative where it is below. */
    public double increasePercent() {
        return (perplexity / fp32Perplexity - 1) * PERCENT;
    }
}
