package io.quantfleet.quantizer.evaluate;

/**
 * How closely a variant follows FP32 on some samples.
 *
 * @param sqnrDb power of FP32's output over that of the difference, in decibels; not a number where the output is not
 *     finite
 * @param divergence Kullback and Leibler's divergence of the variant's distribution over labels from FP32's, in nats, on
 *     average; infinite where the output is not finite
 * @param agreement the fraction of samples for which both choose the same
 * @param lossPoints what is lost against FP32, in percentage points of these samples' accuracy
 * @param samples how many there were
 */
public record Fidelity(double sqnrDb, double divergence, double agreement, double lossPoints, int samples) {

    /** Whether this follows FP32 more closely than the other, by more than chance and rounding may do. */
    public boolean clearlyBetterThan(Fidelity other) {
        return divergence < other.divergence * 0.97;
    }
}
