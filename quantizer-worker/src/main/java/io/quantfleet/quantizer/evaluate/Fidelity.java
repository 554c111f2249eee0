package io.quantfleet.quantizer.evaluate;

/**
 * How closely a variant follows FP32 on some samples.
 *
 * @param sqnrDb power of FP32's output over that of the difference, in decibels; not a number where the output is not
 *     finite
 * @param divergence Kullback and Leibler's divergence of the variant's distribution over labels from FP32's, in nats, on
 *     average; infinite where the output is not finite
 * @param closenessDb what variants are chosen by, in decibels: the mean of two ratios of amplitudes, that of the output
 *     over the difference, averaged over samples, and that of the divergence's root. The first minds large scores, the
 *     second what distinguishes labels. Amplitudes, because the share of choices that flip grows with the noise's
 *     amplitude: in a mean of powers a few samples that were cut off, and whose choice is beyond doubt, outweigh all
 *     others, and which samples those are is chance. Negative infinity where the output is not finite
 * @param agreement the fraction of samples for which both choose the same
 * @param lossPoints what is lost against FP32, in percentage points of these samples' accuracy
 * @param samples how many there were
 */
public record Fidelity(
        double sqnrDb, double divergence, double closenessDb, double agreement, double lossPoints, int samples) {

    /** Differences below this, in decibels, may be chance. */
    private static final double CLEAR_DB = 0.2;

    /** Whether this follows FP32 more closely than the other, by more than chance and rounding may do. */
    public boolean clearlyBetterThan(Fidelity other) {
        return closenessDb > other.closenessDb + CLEAR_DB;
    }
}
