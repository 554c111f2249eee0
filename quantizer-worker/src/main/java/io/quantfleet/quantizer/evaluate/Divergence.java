package io.quantfleet.quantizer.evaluate;

/** Kullback and Leibler's divergence between the distributions over labels that two models' scores stand for. */
final class Divergence {
    /** Scores that are shares already, as after a Softmax, sum to one within this. */
    private static final double SUM_TOLERANCE = 1e-3;

    private static final double LEAST_SHARE = 1e-12;

    private Divergence() {}

    /** The divergence of {@code actual} from {@code expected} for one sample, in nats. */
    static double of(float[] expected, float[] actual, int offset, int width) {
        boolean shares = areShares(expected, offset, width);
        double[] p = shares ? copy(expected, offset, width) : softmax(expected, offset, width);
        double[] q = shares ? copy(actual, offset, width) : softmax(actual, offset, width);
        double divergence = 0;
        for (int i = 0; i < width; i++) {
            if (!Double.isFinite(q[i])) {
                return Double.POSITIVE_INFINITY;
            }
            double share = Math.max(p[i], LEAST_SHARE);
            divergence += share * Math.log(share / Math.max(q[i], LEAST_SHARE));
        }
        return Math.max(0, divergence);
    }

    private static boolean areShares(float[] scores, int offset, int width) {
        double sum = 0;
        for (int i = offset; i < offset + width; i++) {
            if (scores[i] < 0) {
                return false;
            }
            sum += scores[i];
        }
        return Math.abs(sum - 1) < SUM_TOLERANCE;
    }

    private static double[] copy(float[] scores, int offset, int width) {
        double[] copy = new double[width];
        for (int i = 0; i < width; i++) {
            copy[i] = scores[offset + i];
        }
        return copy;
    }

    private static double[] softmax(float[] scores, int offset, int width) {
        double[] shares = copy(scores, offset, width);
        double greatest = Double.NEGATIVE_INFINITY;
        for (double score : shares) {
            greatest = Math.max(greatest, score);
        }
        double sum = 0;
        for (int i = 0; i < width; i++) {
            shares[i] = Math.exp(shares[i] - greatest);
            sum += shares[i];
        }
        for (int i = 0; i < width; i++) {
            shares[i] /= sum;
        }
        return shares;
    }
}
