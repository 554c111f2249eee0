package io.quantfleet.agent.serve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor with its elements, little-endian, the last axis varying fastest. The buffer is the tensor's own; read it through
 * {@link #data()}.
 */
public record Tensor(String name, Datatype datatype, List<Long> shape, ByteBuffer data) {
    public Tensor {
        shape = List.copyOf(shape);
        if (data.remaining() != elements(shape) * datatype.bytes()) {
            throw new IllegalArgumentException("tensor '" + name + "' of " + datatype + " " + shape + " with "
                    + data.remaining() + " bytes of data");
        }
    }

    /** The elements, from the first one on; each call gives a view of its own. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * How many elements a shape has.
     *
     * @throws ArithmeticException if they are more than a long can count
     */
    public static long elements(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }
}
