package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.target.IntegerType;

/**
 * The range with the least mean squared error, of what is cut off and of what is rounded together: both ends are tried
 * in steps. Within half a step of zero the error of rounding is the value itself; beyond, it is taken as spread evenly
 * over a step.
 */
public record MeanSquaredError() implements RangeMethod {
    private static final int STEPS = 128;

    @Override
    public String name() {
        return "mse";
    }

    @Override
    public boolean needsHistogram() {
        return true;
    }

    @Override
    public Range choose(TensorStatistics seen, IntegerType type, boolean symmetric) {
        Moments moments = new Moments(seen.histogramOrThrow());
        Range range = seen.range().withZero();
        return symmetric ? symmetric(seen, moments, type, range) : asymmetric(seen, moments, type, range);
    }

    private static Range symmetric(TensorStatistics seen, Moments moments, IntegerType type, Range range) {
        double largest = Math.max(-range.min(), range.max());
        double best = largest;
        double least = Double.POSITIVE_INFINITY;
        for (int i = STEPS; i > 0; i--) {
            double limit = largest * i / STEPS;
            double error = moments.error(-limit, limit, limit / type.greatest());
            if (error < least) {
                least = error;
                best = limit;
            }
        }
        return best == largest ? seen.range() : seen.cutAt(best);
    }

    private static Range asymmetric(TensorStatistics seen, Moments moments, IntegerType type, Range range) {
        int steps = type.greatest() - type.least();
        int bestLow = STEPS;
        int bestHigh = STEPS;
        double least = Double.POSITIVE_INFINITY;
        for (int low = STEPS; low >= 0; low--) {
            for (int high = STEPS; high >= 0; high--) {
                double from = (double) range.min() * low / STEPS;
                double to = (double) range.max() * high / STEPS;
                double error = from < to ? moments.error(from, to, (to - from) / steps) : Double.POSITIVE_INFINITY;
                if (error < least) {
                    least = error;
                    bestLow = low;
                    bestHigh = high;
                }
            }
        }
        double from = bestLow == STEPS ? seen.range().min() : (double) range.min() * bestLow / STEPS;
        double to = bestHigh == STEPS ? seen.range().max() : (double) range.max() * bestHigh / STEPS;
        return seen.cut(from, to);
    }

    /** Sums of counts, values and squares up to each bin, so that the error of a range takes a few additions. */
    private static final class Moments {
        private final Histogram histogram;
        private final double[] counts;
        private final double[] values;
        private final double[] squares;

        Moments(Histogram histogram) {
            this.histogram = histogram;
            int bins = histogram.endBin() - histogram.firstBin();
            counts = new double[bins + 1];
            values = new double[bins + 1];
            squares = new double[bins + 1];
            for (int i = 0; i < bins; i++) {
                long count = histogram.count(histogram.firstBin() + i);
                double middle = histogram.middle(histogram.firstBin() + i);
                counts[i + 1] = counts[i] + count;
                values[i + 1] = values[i] + count * middle;
                squares[i + 1] = squares[i] + count * middle * middle;
            }
        }

        private int edge(double value) {
            long bin = Math.round(value / histogram.width()) - histogram.firstBin();
            return (int) Math.max(0, Math.min(counts.length - 1, bin));
        }

        /** The sum of squared errors of a range with that distance between neighbouring values. */
        double error(double low, double high, double step) {
            int end = counts.length - 1;
            int from = edge(low);
            int to = edge(high);
            int nearFrom = Math.max(from, edge(-step / 2));
            int nearTo = Math.max(nearFrom, Math.min(to, edge(step / 2)));
            double below = cut(0, from, low);
            double above = cut(to, end, high);
            double toZero = squares[nearTo] - squares[nearFrom];
            double rounded = (counts[to] - counts[from]) - (counts[nearTo] - counts[nearFrom]);
            return below + above + toZero + rounded * step * step / 12;
        }

        private double cut(int from, int to, double limit) {
            double count = counts[to] - counts[from];
            double sum = values[to] - values[from];
            return squares[to] - squares[from] - 2 * limit * sum + limit * limit * count;
        }
    }
}
