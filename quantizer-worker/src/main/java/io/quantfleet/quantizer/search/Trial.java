package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.evaluate.Fidelity;

/**
 * Something that was tried.
 *
 * @param name what
 * @param heldOut how closely it follows FP32 on samples held out of calibration
 * @param taken whether it was kept
 */
public record Trial(String name, Fidelity heldOut, boolean taken) {}
