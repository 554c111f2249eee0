/**
 * Which layers suffer from quantization: the harm of quantizing each alone, and the good of sparing each alone, without
 * running the whole model for each where that can be avoided.
 */
@NullMarked
package io.quantfleet.quantizer.sensitivity;

import org.jspecify.annotations.NullMarked;
