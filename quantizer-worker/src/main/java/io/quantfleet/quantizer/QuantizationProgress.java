package io.quantfleet.quantizer;

import java.util.Optional;

/**
 * How far a request is.
 *
 * @param step what is being done
 * @param deviceClass for which variant; empty where it is for all of them
 * @param fraction of the whole request, 0 to 1
 */
public record QuantizationProgress(Step step, Optional<String> deviceClass, double fraction) {

    /** The steps, in order; those of single variants repeat for each. */
    public enum Step {
        /** Reading and checking the model and its data sets. */
        READ,
        /** Finding the ranges of a variant's tensors. */
        CALIBRATE,
        /** Rewriting, writing and checking a variant. */
        QUANTIZE,
        /** Measuring all variants beside FP32. */
        EVALUATE
    }
}
