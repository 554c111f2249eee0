/**
 * What quantization costs on this machine, as multiples of plain inference: the figures that a change of calibration is
 * judged by.
 */
@NullMarked
package io.quantfleet.quantizer.bench;

import org.jspecify.annotations.NullMarked;
