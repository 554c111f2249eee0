package io.quantfleet.quantizer.form;

/**
 * How GPTQ rounds.
 *
 * @param damping what is added to the diagonal of the Hessian, as a share of its mean: more than 0
 * @param activationOrder whether the weights of the channels with the largest activations are rounded first. Scales follow
 *     from the weights as they were then
 */
public record GptqOptions(double damping, boolean activationOrder) {
    private static final double USUAL_DAMPING = 0.01;

    public GptqOptions {
        if (!(damping > 0 && damping <= 1)) {
            throw new IllegalArgumentException("damping is more than 0 and at most 1, not " + damping);
        }
    }

    /** A damping of 0.01, as in the paper; channels in their order. */
    public static GptqOptions usual() {
        return new GptqOptions(USUAL_DAMPING, false);
    }
}
