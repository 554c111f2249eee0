/**
 * Static quantization: which operators are quantized for a device class, with what scales, and the QuantizeLinear and
 * DequantizeLinear pairs that say so in the graph.
 */
@NullMarked
package io.quantfleet.quantizer.quantize;

import org.jspecify.annotations.NullMarked;
