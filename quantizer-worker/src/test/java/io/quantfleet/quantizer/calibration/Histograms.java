package io.quantfleet.quantizer.calibration;

/** Histograms for tests of what is made of them. */
public final class Histograms {
    private Histograms() {}

    /** One value in each bin from zero to below a number of bins. */
    public static Histogram even(double width, int bins) {
        long[] counts = new long[2 * Histogram.HALF];
        for (int i = 0; i < bins; i++) {
            counts[Histogram.HALF + i] = 1;
        }
        return new Histogram(width, counts);
    }
}
