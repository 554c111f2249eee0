package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/** Arithmetic of dimensions and axes, as ONNX defines it. */
final class Shapes {
    private Shapes() {}

    /** An axis counted from the front. */
    static int axis(long axis, int rank) {
        return Math.toIntExact(axis < 0 ? axis + rank : axis);
    }

    /** Axes counted from the front. */
    static int[] axes(long[] axes, int rank) {
        int[] positive = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            positive[i] = axis(axes[i], rank);
        }
        return positive;
    }

    static int rank(NDArray array) {
        return array.getShape().dimension();
    }

    /** The shape that two of them are stretched to. */
    static Shape broadcast(Shape one, Shape other) {
        int rank = Math.max(one.dimension(), other.dimension());
        long[] result = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long first = i <= one.dimension() ? one.get(one.dimension() - i) : 1;
            long second = i <= other.dimension() ? other.get(other.dimension() - i) : 1;
            result[rank - i] = first == 1 ? second : first;
        }
        return new Shape(result);
    }

    static NDArray stretched(NDArray array, Shape shape) {
        return array.getShape().equals(shape) ? array : array.broadcast(shape);
    }

    static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    static Shape of(List<Long> dimensions) {
        return new Shape(array(dimensions));
    }

    /** A shape of ones but for one axis, along which a vector is laid. */
    static Shape along(int axis, int rank, long size) {
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        shape[axis] = size;
        return new Shape(shape);
    }
}
