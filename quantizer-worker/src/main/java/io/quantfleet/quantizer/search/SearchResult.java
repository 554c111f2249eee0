package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.quantize.QuantizedModel;

/**
 * The best variant that a search found.
 *
 * @param variant the variant
 * @param trail how it came about
 * @param calibrateSeconds wall-clock time of all calibration
 * @param quantizeSeconds wall-clock time of everything else but validation
 */
public record SearchResult(QuantizedModel variant, Trail trail, double calibrateSeconds, double quantizeSeconds) {}
