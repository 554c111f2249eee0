package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.target.IntegerType;

/**
 * Cuts off a fixed share of the values: at both ends alike, or of the largest magnitudes where the range is symmetric.
 *
 * @param percent what is kept, above 50 and at most 100
 */
public record Percentile(double percent) implements RangeMethod {

    /** What is kept where nobody says otherwise. */
    public static final Percentile USUAL = new Percentile(99.999);

    public Percentile {
        if (!(percent > 50 && percent <= 100)) {
            throw new IllegalArgumentException("a percentile keeps more than 50 and at most 100 %, not " + percent);
        }
    }

    @Override
    public String name() {
        return "percentile-" + percent;
    }

    @Override
    public boolean needsHistogram() {
        return true;
    }

    @Override
    public Range choose(TensorStatistics seen, IntegerType type, boolean symmetric) {
        Histogram histogram = seen.histogramOrThrow();
        double share = percent / 100;
        if (symmetric) {
            return seen.cutAt(histogram.magnitudeQuantile(share));
        }
        double tail = (1 - share) / 2;
        return seen.cut(histogram.quantile(tail), histogram.quantile(1 - tail));
    }
}
