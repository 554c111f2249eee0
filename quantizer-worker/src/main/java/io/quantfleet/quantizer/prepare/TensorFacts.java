package io.quantfleet.quantizer.prepare;

import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Types and shapes of a graph's tensors, as seen when it ran.
 *
 * @param specs by name; dimensions that follow the batch are dynamic
 */
public record TensorFacts(Map<String, TensorSpec> specs) {

    public TensorFacts {
        specs = Map.copyOf(specs);
    }

    /** Whether the tensor is known to hold 32-bit floats. */
    public boolean isFloat(String tensor) {
        TensorSpec spec = specs.get(tensor);
        return spec != null && spec.type() == ElementType.FLOAT32;
    }

    /** The tensor's shape, if it was seen. */
    public Optional<List<Long>> shape(String tensor) {
        return Optional.ofNullable(specs.get(tensor)).map(TensorSpec::shape);
    }

    /** What is known of a tensor of floats, under the name that it has somewhere else. */
    public TensorSpec spec(String tensor, String name) {
        return new TensorSpec(name, ElementType.FLOAT32, shape(tensor).orElse(List.of()));
    }

    /** How many dimensions the tensor has, if it was seen. */
    public OptionalInt rank(String tensor) {
        return shape(tensor).map(shape -> OptionalInt.of(shape.size())).orElse(OptionalInt.empty());
    }
}
