package io.quantfleet.quantizer.runtime;

import java.util.List;
import java.util.OptionalLong;

/**
 * An input or output of a model, as its graph declares it.
 *
 * @param name the tensor's name
 * @param type the type of its elements
 * @param shape its dimensions, the batch first; {@link #DYNAMIC} where the graph leaves one open
 */
public record TensorSpec(String name, ElementType type, List<Long> shape) {
    /** A dimension that is known only when the model runs. */
    public static final long DYNAMIC = -1;

    public TensorSpec {
        shape = List.copyOf(shape);
        if (shape.stream().anyMatch(dimension -> dimension < DYNAMIC)) {
            throw new IllegalArgumentException("tensor " + name + " has a negative dimension: " + shape);
        }
    }

    /** The first dimension; empty if it is dynamic or if there is none. */
    public OptionalLong fixedBatch() {
        return shape.isEmpty() || shape.get(0) == DYNAMIC ? OptionalLong.empty() : OptionalLong.of(shape.get(0));
    }

    /** The dimensions of one sample: all but the first. */
    public List<Long> sampleShape() {
        return shape.isEmpty() ? List.of() : shape.subList(1, shape.size());
    }

    /** How many elements one sample has; empty if a dimension other than the first is dynamic. */
    public OptionalLong sampleElements() {
        long elements = 1;
        for (long dimension : sampleShape()) {
            if (dimension == DYNAMIC) {
                return OptionalLong.empty();
            }
            elements = Math.multiplyExact(elements, dimension);
        }
        return OptionalLong.of(elements);
    }

    /** This tensor with another shape, as when a caller settles dynamic dimensions. */
    public TensorSpec withShape(List<Long> other) {
        return new TensorSpec(name, type, other);
    }
}
