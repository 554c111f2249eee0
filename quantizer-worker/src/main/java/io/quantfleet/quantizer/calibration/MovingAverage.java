package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.target.IntegerType;

/**
 * From the moving average of the batches' least values to that of their greatest: one odd sample hardly moves it. The
 * average is the exponential one of Jacob et al. 2018, <em>Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference</em>, section 3.1.
 */
public record MovingAverage() implements RangeMethod {

    @Override
    public String name() {
        return "moving-average";
    }

    /** Averages are collected with histograms: least and greatest values alone need not be watched to the end. */
    @Override
    public boolean needsHistogram() {
        return true;
    }

    @Override
    public Range choose(TensorStatistics seen, IntegerType type, boolean symmetric) {
        return seen.movingAverageOrThrow();
    }
}
