package io.quantfleet.quantizer.calibration;

import java.util.Optional;

/**
 * What was seen of one tensor's values on all samples.
 *
 * @param range from the least to the greatest
 * @param movingAverage from the moving average of the batches' least values to that of their greatest, if histograms were
 *     asked for
 * @param histogram how often which values came, if that was asked for
 * @param channelMeans the mean of each channel, if that was asked for
 */
public record TensorStatistics(
        Range range,
        Optional<Range> movingAverage,
        Optional<Histogram> histogram,
        Optional<ChannelMeans> channelMeans) {

    static TensorStatistics ofRange(Range range) {
        return new TensorStatistics(range, Optional.empty(), Optional.empty(), Optional.empty());
    }

    Range movingAverageOrThrow() {
        return movingAverage.orElseThrow(
                () -> new IllegalStateException("the method needs moving averages, which were not collected"));
    }

    Histogram histogramOrThrow() {
        return histogram.orElseThrow(
                () -> new IllegalStateException("the method needs histograms, which were not collected"));
    }

    /** The range seen without what lies beyond a magnitude. */
    Range cutAt(double magnitude) {
        return cut(-magnitude, magnitude);
    }

    /** The range seen without what lies below or above limits; what is left holds zero, or lies beside it. */
    Range cut(double low, double high) {
        float min = (float) Math.max(range.min(), Math.min(low, range.max()));
        float max = (float) Math.min(range.max(), Math.max(high, range.min()));
        return min <= max ? new Range(min, max) : range;
    }
}
