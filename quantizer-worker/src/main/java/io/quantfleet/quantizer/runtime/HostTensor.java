package io.quantfleet.quantizer.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor in memory outside the heap, in native byte order. The data is shared, not copied.
 *
 * @param type the type of its elements
 * @param shape its dimensions; empty for a scalar
 * @param data its elements, from position 0 to the limit
 */
public record HostTensor(ElementType type, List<Long> shape, ByteBuffer data) {

    public HostTensor {
        shape = List.copyOf(shape);
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        if (!data.isDirect() || data.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("tensor data must be a direct buffer in native order");
        }
        if (data.position() != 0 || data.limit() != elements * type.bytes()) {
            throw new IllegalArgumentException(
                    "shape " + shape + " of " + type + " does not fit " + data.limit() + " bytes");
        }
    }

    /** A tensor of zeros. */
    public static HostTensor allocate(ElementType type, List<Long> shape) {
        long bytes = Math.multiplyExact(shape.stream().reduce(1L, Math::multiplyExact), type.bytes());
        return new HostTensor(type, shape, Buffers.direct(bytes));
    }

    /** A tensor holding a copy of {@code values}. */
    public static HostTensor ofFloats(List<Long> shape, float... values) {
        HostTensor tensor = allocate(ElementType.FLOAT32, shape);
        tensor.data().asFloatBuffer().put(values);
        return tensor;
    }

    /** A tensor holding a copy of {@code values}. */
    public static HostTensor ofLongs(List<Long> shape, long... values) {
        HostTensor tensor = allocate(ElementType.INT64, shape);
        tensor.data().asLongBuffer().put(values);
        return tensor;
    }

    /** A copy of the elements of a {@link ElementType#FLOAT32} tensor. */
    public float[] floats() {
        if (type != ElementType.FLOAT32) {
            throw new IllegalStateException("a tensor of " + type + " has no floats");
        }
        float[] values = new float[data.limit() / Float.BYTES];
        data.asFloatBuffer().get(values);
        return values;
    }
}
