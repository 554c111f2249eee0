/**
 * Training of quantized models: ONNX graphs as functions with gradients, executed by PyTorch through DJL, and the methods that
 * learn weights and scales with them. Everything here but {@link io.quantfleet.quantizer.train.TrainingEngine#missing} needs
 * libraries that only some workers carry.
 */
@NullMarked
package io.quantfleet.quantizer.train;

import org.jspecify.annotations.NullMarked;
