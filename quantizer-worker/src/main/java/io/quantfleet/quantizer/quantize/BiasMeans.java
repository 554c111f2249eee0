package io.quantfleet.quantizer.quantize;

/** Where bias correction takes the means of activations from. */
public enum BiasMeans {
    /** Biases are not corrected. */
    NONE,
    /** From calibration samples. */
    SAMPLED,
    /** From BatchNorm's statistics where they are known, else from calibration samples. */
    ANALYTIC
}
