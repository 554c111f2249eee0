/**
 * The quantizer: an ONNX model and samples in, one quantized variant per device class out, judged against the original.
 *
 * <p>This root package holds what every feature shares: the module's one exception.
 */
@NullMarked
package io.quantfleet.quantizer;

import org.jspecify.annotations.NullMarked;
