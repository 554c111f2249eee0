package io.quantfleet.quantizer.report;

/**
 * Wall-clock seconds that a variant took. Work that several variants share counts in full for each.
 *
 * @param calibrate running the calibration samples through the model
 * @param quantize rewriting, writing and checking the graph
 * @param evaluate measuring the variant, and FP32 beside it
 */
public record StepSeconds(double calibrate, double quantize, double evaluate) {}
