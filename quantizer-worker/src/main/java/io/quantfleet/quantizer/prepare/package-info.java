/**
 * Rewrites that leave a model's function as it is and make it fit to be quantized: constants computed, batch
 * normalization folded into the layer before it, operators that do nothing dropped, shapes settled. The result is
 * compared with the original on real samples before anything is built on it.
 */
@NullMarked
package io.quantfleet.quantizer.prepare;

import org.jspecify.annotations.NullMarked;
