/**
 * Quantized forms that need no calibration: weights alone in blocks of 4 or 8 bits, activations quantized anew at every
 * run, and weights stored as half floats. Each is one class that takes a prepared model and gives one that ONNX Runtime
 * has loaded once.
 */
@NullMarked
package io.quantfleet.quantizer.form;

import org.jspecify.annotations.NullMarked;
