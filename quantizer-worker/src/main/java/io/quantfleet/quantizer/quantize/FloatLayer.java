package io.quantfleet.quantizer.quantize;

/**
 * An operator that was left in FP32.
 *
 * @param name the node's name
 * @param operator its operator
 * @param reason why, in words
 */
public record FloatLayer(String name, String operator, String reason) {}
