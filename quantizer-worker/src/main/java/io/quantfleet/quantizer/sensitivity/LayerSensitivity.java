package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.quantizer.evaluate.Fidelity;

/**
 * How one layer takes quantization.
 *
 * @param name the layer's name
 * @param operator its operator
 * @param weights how many weights it stores
 * @param alone how closely the model follows FP32 with this layer alone quantized: the less, the greater the harm
 * @param spared how closely it does with this layer alone left in FP32: the more, the greater the good
 */
public record LayerSensitivity(String name, String operator, long weights, Fidelity alone, Fidelity spared) {}
