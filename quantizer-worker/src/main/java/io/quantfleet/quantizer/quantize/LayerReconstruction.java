package io.quantfleet.quantizer.quantize;

/**
 * How closely a layer with quantized weights gives what it gave in FP32, on calibration samples and with the same input.
 *
 * @param layer its label
 * @param roundedDb signal over noise of its output, in decibels, if every weight were rounded to the nearest integer;
 *     infinite where there is no noise
 * @param chosenDb the same with the integers that the method chose
 */
public record LayerReconstruction(String layer, double roundedDb, double chosenDb) {}
