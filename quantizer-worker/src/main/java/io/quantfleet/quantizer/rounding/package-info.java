/**
 * Rounding that is learned: which way each weight goes is chosen, layer by layer, so that the layer's output is what it was.
 * Needs samples without labels, and no engine beside ONNX Runtime.
 */
@NullMarked
package io.quantfleet.quantizer.rounding;

import org.jspecify.annotations.NullMarked;
