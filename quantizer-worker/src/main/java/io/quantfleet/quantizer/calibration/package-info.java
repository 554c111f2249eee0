/**
 * Which values the tensors of a model take on real samples. Samples stream through the model; what is kept depends on
 * the number of tensors, never on the number of samples.
 */
@NullMarked
package io.quantfleet.quantizer.calibration;

import org.jspecify.annotations.NullMarked;
