package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.target.IntegerType;

/**
 * A way to choose the range that a tensor's integers shall express from what was seen of its values. Methods read
 * statistics that are collected already, so that many can be tried after one pass over the samples. Immutable.
 */
public sealed interface RangeMethod permits MinMax, MovingAverage, Percentile, Entropy, MeanSquaredError {

    /** The method's name in reports, in lower case without blanks. */
    String name();

    /** Whether it reads histograms or averages, which cost more to collect than least and greatest values. */
    boolean needsHistogram();

    /**
     * Chooses a range.
     *
     * @param seen what was seen of the tensor
     * @param type the integer type that the tensor will have
     * @param symmetric whether its zero point will be 0, so that the range may as well have both signs alike
     * @return a range within that of the values seen, or zero beside it
     */
    Range choose(TensorStatistics seen, IntegerType type, boolean symmetric);
}
