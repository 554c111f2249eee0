package io.quantfleet.quantizer.evaluate;

/**
 * What was measured of one variant.
 *
 * @param accuracy beside FP32's
 * @param sqnrDb power of FP32's output over that of the difference, in decibels over the whole data set; infinite where
 *     there is no difference, not a number where the variant's output is not finite
 * @param unusable samples for which the variant's output is not finite
 * @param fp32Latency of FP32, measured in turns with the variant
 * @param variantLatency of the variant
 * @param variantPredictions what the variant chose
 */
public record Evaluation(
        Accuracy accuracy,
        double sqnrDb,
        int unusable,
        Latency fp32Latency,
        Latency variantLatency,
        Predictions variantPredictions) {}
