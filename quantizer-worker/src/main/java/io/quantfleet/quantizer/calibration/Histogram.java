package io.quantfleet.quantizer.calibration;

/**
 * How often a tensor's values fell into bins of equal width. Bins lie symmetrically about zero: bin {@code i ≥ 0} holds
 * values from {@code i · width} on, its mirror image {@code -1 - i} those of the same magnitudes below zero. The width is
 * a power of two, the least with which the largest magnitude fits. Values were counted to within 1/128 of their
 * magnitude and spread evenly from there. Immutable.
 */
public final class Histogram {
    /** Bins on either side of zero. */
    static final int HALF = 4096;

    private final double width;
    private final long[] counts;
    private final long total;

    Histogram(double width, long[] counts) {
        if (counts.length != 2 * HALF) {
            throw new IllegalArgumentException("a histogram has " + 2 * HALF + " bins, not " + counts.length);
        }
        this.width = width;
        this.counts = counts.clone();
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        this.total = sum;
    }

    /** The width of bins that hold all values of a range. */
    static double width(Range range) {
        double largest = Math.max(Float.MIN_VALUE, Math.max(-range.min(), range.max()));
        return Math.scalb(1.0, Math.getExponent(largest) + 1) / HALF;
    }

    /** How wide a bin is. */
    public double width() {
        return width;
    }

    /** The first bin: as many lie below zero as from zero on. */
    public int firstBin() {
        return -HALF;
    }

    /** One past the last bin. */
    public int endBin() {
        return HALF;
    }

    /** How many values fell into a bin, from {@link #firstBin} to below {@link #endBin}. */
    public long count(int bin) {
        return counts[HALF + bin];
    }

    /** How many values have a magnitude of {@code i · width} or more, and less than one width more, whatever their sign. */
    public long magnitudeCount(int i) {
        return counts[HALF + i] + counts[HALF - 1 - i];
    }

    /** How many values there are. */
    public long total() {
        return total;
    }

    /** The value in the middle of a bin. */
    public double middle(int bin) {
        return (bin + 0.5) * width;
    }

    /**
     * The value that a share of all values lie below, taking those of one bin as evenly spread.
     *
     * @param share from 0 to 1
     */
    public double quantile(double share) {
        double wanted = share * total;
        double below = 0;
        for (int bin = -HALF; bin < HALF; bin++) {
            long count = count(bin);
            if (count > 0 && below + count >= wanted) {
                return (bin + (wanted - below) / count) * width;
            }
            below += count;
        }
        return HALF * width;
    }

    /** The same for the values' magnitudes. */
    public double magnitudeQuantile(double share) {
        double wanted = share * total;
        double below = 0;
        for (int i = 0; i < HALF; i++) {
            long count = magnitudeCount(i);
            if (count > 0 && below + count >= wanted) {
                return (i + (wanted - below) / count) * width;
            }
            below += count;
        }
        return HALF * width;
    }
}
