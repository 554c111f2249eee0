package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.target.IntegerType;

/** From the least to the greatest value seen: nothing is cut off. */
public record MinMax() implements RangeMethod {

    @Override
    public String name() {
        return "minmax";
    }

    @Override
    public boolean needsHistogram() {
        return false;
    }

    @Override
    public Range choose(TensorStatistics seen, IntegerType type, boolean symmetric) {
        return seen.range();
    }
}
