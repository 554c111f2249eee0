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

    /** Differences below this, in decibels, may be chance. */
    private static final double CLEAR_DB = 0.3;

    /**
     * How close it is, in decibels: the mean of signal over noise at the output and of the inverse of the divergence,
     * which is a power as well. The first minds large scores, the second what distinguishes labels; a variant chosen by
     * one alone may be worse by the other on samples that were not seen.
     */
    public double closenessDb() {
        if (!Double.isFinite(divergence) || Double.isNaN(sqnrDb)) {
            return Double.NEGATIVE_INFINITY;
        }
        double divergenceDb = -10 * Math.log10(Math.max(divergence, 1e-12));
        return (Math.min(sqnrDb, 150) + divergenceDb) / 2;
    }

    /** Whether this follows FP32 more closely than the other, by more than chance and rounding may do. */
    public boolean clearlyBetterThan(Fidelity other) {
        return closenessDb() > other.closenessDb() + CLEAR_DB;
    }
}
