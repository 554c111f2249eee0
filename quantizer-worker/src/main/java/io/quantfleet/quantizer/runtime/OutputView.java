package io.quantfleet.quantizer.runtime;

import java.util.function.Supplier;

/**
 * An output of a run while ONNX Runtime still holds it: its type and shape cost nothing, its elements a copy.
 *
 * @param spec its name, type and actual shape
 * @param elements copies the elements
 */
public record OutputView(TensorSpec spec, Supplier<HostTensor> elements) {}
